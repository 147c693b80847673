package flags_test

import (
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func TestListsAreReadByTheirNames(t *testing.T) {
	groups, err := flags.Groups("groups", "x25519, P-256,SECP384R1")
	if want := []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1}; err != nil || !slices.Equal(groups, want) {
		t.Errorf("groups are %v (%v), want %v", groups, err, want)
	}
	groups, err = flags.Groups("groups", "mlkem1024,SecP256r1MLKEM768,secp384r1mlkem1024,MLKEM768")
	if want := []messages.Group{
		messages.MLKEM1024, messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024, messages.MLKEM768,
	}; err != nil || !slices.Equal(groups, want) {
		t.Errorf("groups are %v (%v), want %v", groups, err, want)
	}
	suites, err := flags.CipherSuites("ciphers", "TLS_AES_128_CCM_8_SHA256,TLS_AES_128_CCM_SHA256")
	if want := []messages.CipherSuite{messages.TLS_AES_128_CCM_8_SHA256, messages.TLS_AES_128_CCM_SHA256}; err != nil || !slices.Equal(suites, want) {
		t.Errorf("suites are %v (%v), want %v", suites, err, want)
	}
	suites, err = flags.CipherSuites("ciphers", "all")
	if err != nil || !slices.Equal(suites, secrets.Suites13()) {
		t.Errorf("all suites are %v (%v)", suites, err)
	}
	shares, err := flags.KeyShares("key-shares", "secp256r1,x25519", nil)
	if want := []messages.Group{messages.X25519, messages.Secp256r1}; err != nil || !slices.Equal(shares, want) {
		t.Errorf("shares are %v (%v), want the order of the groups", shares, err)
	}
	if shares, err := flags.KeyShares("key-shares", "none", nil); err != nil || shares == nil || len(shares) != 0 {
		t.Errorf("no shares are %v (%v), want an empty list that is not nil", shares, err)
	}
	if shares, err := flags.KeyShares("key-shares", "", nil); err != nil || shares != nil {
		t.Errorf("shares by default are %v (%v), want nil", shares, err)
	}
}

func TestErrorsHaveAKindAndAStatus(t *testing.T) {
	_, unknown := flags.Groups("groups", "x25519,nothing")
	_, twice := flags.Groups("groups", "x25519,curve25519")
	_, later := flags.Groups("groups", "x25519,brainpoolP256r1")
	_, oldSuite := flags.CipherSuites("ciphers", "TLS_PSK_WITH_AES_128_CBC_SHA")
	_, misuse := engine.NewClient(&engine.ClientConfig{})
	for sentence, row := range map[string]struct {
		err    error
		status int
		stderr string
	}{
		"no error":                {nil, flags.Success, ""},
		"a call for help":         {flag.ErrHelp, flags.Success, ""},
		"a name of nothing":       {unknown, flags.BadUsage, `test: -groups: "nothing" is no IANA name`},
		"a name twice":            {twice, flags.BadUsage, `test: -groups: "curve25519" is named twice`},
		"a group to come":         {later, flags.NotThere, "unsupported: -groups"},
		"a suite of TLS 1.2":      {oldSuite, flags.NotThere, "unsupported: -ciphers"},
		"TLS 1.2 alone":           {flags.Versions("", "1.2"), flags.NotThere, "unsupported: -max"},
		"TLS 1.2 at least":        {flags.Versions("1.2", ""), flags.Success, ""},
		"no version in between":   {flags.Versions("1.3", "1.2"), flags.BadUsage, "test: -min 1.3 is above -max 1.2"},
		"a config that cannot be": {misuse, flags.BadUsage, "test: engine: misuse: config: Rand is required"},
		"a transport cut off":     {io.ErrUnexpectedEOF, flags.Failed, "test: io_failure: unexpected EOF"},
		"a label too long":        {flags.Label("exporter", strings.Repeat("x", 250)), flags.BadUsage, "test: -exporter: a label has 250 bytes"},
	} {
		var stderr strings.Builder
		if status := flags.Exit(&stderr, "test", row.err); status != row.status || strings.TrimSpace(stderr.String()) != row.stderr {
			t.Errorf("%s: status %d and %q, want %d and %q", sentence, status, stderr.String(), row.status, row.stderr)
		}
	}
}

func TestAFlagToComeIsRefusedOnlyWhenItAsksForSomething(t *testing.T) {
	for line, want := range map[string]string{
		"":                  "",
		"-later=false":      "",
		"-number 0":         "",
		"-later":            "later",
		"-number 5":         "number",
		"-text x":           "text",
		"-text x -later":    "later",
		"-text= -number 64": "number",
	} {
		s := flags.New("test", io.Discard)
		s.LaterBool("later", "")
		s.LaterInt("number", "")
		s.LaterString("text", "")
		var unsupported *flags.Unsupported
		err := s.Parse(strings.Fields(line))
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", line, err)
			}
			continue
		}
		if !errors.As(err, &unsupported) || unsupported.Flag != want {
			t.Errorf("%q: %v, want unsupported: -%s", line, err, want)
		}
	}
}

func TestARefusalIsToldByNameAlertSideAndSection(t *testing.T) {
	refusal := engine.Refusal{Name: "some_name", Sentence: "a sentence", Section: "RFC 8446, Section 4"}
	for want, err := range map[string]*engine.Error{
		"some_name: a sentence: more (alert decode_error sent, side peer, RFC 8446, Section 4)": {
			Refusal: refusal, Alert: messages.AlertDecodeError, Detail: "more"},
		"some_name: a sentence (alert internal_error sent, side local, RFC 8446, Section 4)": {
			Refusal: refusal, Alert: messages.AlertInternalError, Ours: true},
		"some_name: a sentence (alert unknown_ca received, side peer, RFC 8446, Section 4)": {
			Refusal: refusal, Alert: messages.AlertUnknownCA, Received: true, Detail: "unknown_ca"},
	} {
		if got := flags.Describe(err); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
