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

func TestSuitesAndVersionsNarrowEachOther(t *testing.T) {
	const new, old, cbc = messages.TLS_AES_256_GCM_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
	for _, row := range []struct {
		least, most, names string
		suites             []messages.CipherSuite
		min, max           messages.Version
	}{
		{"", "", "", nil, messages.TLS13, messages.TLS13},
		{"1.2", "", "", nil, messages.TLS12, messages.TLS13},
		{"", "1.2", "", nil, messages.TLS12, messages.TLS12},
		{
			"", "", "TLS_AES_128_CCM_8_SHA256,TLS_AES_128_CCM_SHA256",
			[]messages.CipherSuite{messages.TLS_AES_128_CCM_8_SHA256, messages.TLS_AES_128_CCM_SHA256}, messages.TLS13, messages.TLS13,
		},
		{"", "", "all", secrets.Suites13(), messages.TLS13, messages.TLS13},
		{"", "", new.String(), []messages.CipherSuite{new}, messages.TLS13, messages.TLS13},
		{"1.2", "", old.String() + "," + new.String(), []messages.CipherSuite{old, new}, messages.TLS12, messages.TLS13},
		{"1.2", "", cbc.String(), []messages.CipherSuite{cbc}, messages.TLS12, messages.TLS12},
		{"1.2", "1.3", new.String(), []messages.CipherSuite{new}, messages.TLS13, messages.TLS13},
		{"", "1.2", new.String() + "," + old.String(), []messages.CipherSuite{old}, messages.TLS12, messages.TLS12},
		{"", "", "all", secrets.Suites13(), messages.TLS13, messages.TLS13},
	} {
		v, err := flags.ReadVersions(row.least, row.most)
		if err != nil {
			t.Fatal(err)
		}
		suites, v, err := flags.Choice{Versions: v}.CipherSuites("ciphers", row.names)
		if err != nil || !slices.Equal(suites, row.suites) || v.Min != row.min || v.Max != row.max {
			t.Errorf("%+v: %v of %v to %v (%v)", row, suites, v.Min, v.Max, err)
		}
	}
	both := flags.Choice{Versions: flags.Versions{Min: messages.TLS12, Max: messages.TLS13}}
	suites, _, err := both.CipherSuites("ciphers", "all")
	if err != nil || !slices.Contains(suites, new) || !slices.Contains(suites, old) || !slices.Contains(suites, cbc) ||
		slices.Contains(suites, messages.TLS_RSA_WITH_AES_128_GCM_SHA256) {
		t.Errorf("all suites are %v (%v)", suites, err)
	}
}

// groupNames are those of all groups there are.
func groupNames() string {
	var names []string
	for _, group := range secrets.Groups() {
		names = append(names, group.String())
	}
	return strings.Join(names, ", ")
}

func TestErrorsHaveAKindAndAStatus(t *testing.T) {
	_, unknown := flags.Groups("groups", "x25519,nothing")
	_, twice := flags.Groups("groups", "x25519,curve25519")
	_, later := flags.Groups("groups", "x25519,brainpoolP256r1")
	_, brotli := flags.Compression("cert-compression", "zlib,brotli")
	both := flags.Choice{Versions: flags.Versions{Min: messages.TLS12, Max: messages.TLS13}}
	_, _, oldSuite := both.CipherSuites("ciphers", "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256")
	_, _, keyless := both.CipherSuites("ciphers", "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256")
	_, _, otherSuite := flags.Choice{Versions: flags.Versions{Min: messages.TLS13, Max: messages.TLS13}}.CipherSuites("ciphers", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
	_, between := flags.ReadVersions("1.3", "1.2")
	_, older := flags.ReadVersions("1.1", "")
	_, misuse := engine.NewClient(&engine.ClientConfig{})
	for sentence, row := range map[string]struct {
		err    error
		status int
		stderr string
	}{
		"no error":                       {nil, flags.Success, ""},
		"a call for help":                {flag.ErrHelp, flags.Success, ""},
		"a name of nothing":              {unknown, flags.BadUsage, `test: -groups: "nothing" is not known`},
		"a name twice":                   {twice, flags.BadUsage, `test: -groups: "curve25519" is named twice`},
		"a group that is not there":      {later, flags.BadUsage, "test: -groups: brainpoolP256r1 is not implemented; there is " + groupNames()},
		"a suite that is not there":      {oldSuite, flags.BadUsage, "test: -ciphers: TLS_RSA_PSK_WITH_AES_128_GCM_SHA256 is not implemented"},
		"an algorithm that is not there": {brotli, flags.BadUsage, "test: -cert-compression: brotli is not implemented; there is zlib"},
		"a feature that is not there":    {&flags.Unsupported{Flag: "later"}, flags.NotThere, "unsupported: -later"},
		"a suite without its key":        {keyless, flags.BadUsage, "test: -ciphers: TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256 takes a -psk"},
		"a suite of no version":          {otherSuite, flags.BadUsage, "test: -ciphers: none is for a version that is allowed"},
		"no version in between":          {between, flags.BadUsage, "test: -min 1.3 is above -max 1.2"},
		"too old a version":              {older, flags.BadUsage, `test: version "1.1" is neither 1.2 nor 1.3`},
		"what cannot be had":             {&flags.Failure{Name: "a_name", Sentence: "a sentence", Section: "RFC 8446, Section 4"}, flags.Failed, "test: a_name: a sentence (RFC 8446, Section 4)"},
		"a config that cannot be":        {misuse, flags.BadUsage, "test: engine: misuse: config: Rand is required"},
		"a transport cut off":            {io.ErrUnexpectedEOF, flags.Failed, "test: io_failure: unexpected EOF"},
		"a label too long":               {flags.Label("exporter", strings.Repeat("x", 250)), flags.BadUsage, "test: -exporter: a label has 250 bytes"},
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
		"-text=":            "",
		"-text x":           "text",
		"-other x -text=":   "other",
		"-text= -other 64":  "other",
		"-text x -other 64": "other",
	} {
		s := flags.New("test", io.Discard)
		s.LaterString("text", "")
		s.LaterString("other", "")
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
