package flags_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// legacyOf reads the flags of TLS 1.2 for versions.
func legacyOf(t *testing.T, line string, least, most messages.Version) (flags.Legacy, error) {
	t.Helper()
	s := flags.New("test", io.Discard)
	text := s.Legacy("usage")
	if err := s.Parse(strings.Fields(line)); err != nil {
		t.Fatal(err)
	}
	return text.Read(flags.Versions{Min: least, Max: most})
}

func TestWhatOnlyTLS12KnowsIsRead(t *testing.T) {
	for line, want := range map[string]flags.Legacy{
		"":                      {},
		"-profile modern":       {},
		"-profile compatible":   {Profile: engine.Compatible},
		"-profile legacy":       {Profile: engine.Legacy},
		"-renegotiation":        {Renegotiation: engine.RenegotiateFreely},
		"-psk id:00ff":          {PSK: &answer.PSK{Identity: []byte("id"), Key: []byte{0, 0xff}}},
		"-psk coap://x:5684:Ab": {PSK: &answer.PSK{Identity: []byte("coap://x:5684"), Key: []byte{0xab}}},
		"-psk :01":              {PSK: &answer.PSK{Key: []byte{1}}},
	} {
		got, err := legacyOf(t, line, messages.TLS12, messages.TLS12)
		if err != nil || got.Profile != want.Profile || got.Renegotiation != want.Renegotiation || (got.PSK == nil) != (want.PSK == nil) {
			t.Errorf("%q: %+v (%v)", line, got, err)
		}
		if want.PSK != nil && (string(got.PSK.Identity) != string(want.PSK.Identity) || string(got.PSK.Key) != string(want.PSK.Key)) {
			t.Errorf("%q: the identity is %q, the key %x", line, got.PSK.Identity, got.PSK.Key)
		}
		var config engine.Common
		got.Configure(&config)
		if config.Profile != want.Profile || config.Renegotiation != want.Renegotiation {
			t.Errorf("%q: the config has %v and %v", line, config.Profile, config.Renegotiation)
		}
	}
	for _, line := range []string{
		"-profile ancient", "-psk id", "-psk id:", "-psk id:0", "-psk id:secret", "-psk " + strings.Repeat("x", 1<<16) + ":00",
		"-psk id:" + strings.Repeat("00", 1<<16),
	} {
		var usage *flags.Usage
		if _, err := legacyOf(t, line, messages.TLS12, messages.TLS12); !errors.As(err, &usage) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.20q: %v", line, err)
		}
	}
	var usage *flags.Usage
	if _, err := legacyOf(t, "-renegotiation", messages.TLS13, messages.TLS13); !errors.As(err, &usage) {
		t.Errorf("a renegotiation in TLS 1.3: %v", err)
	}
}

func TestAKeyOfTLS13HasAHashAndModes(t *testing.T) {
	read := func(line string) (flags.Legacy, error) {
		s := flags.New("test", io.Discard)
		text := s.Legacy("usage")
		s.PSK13(text, "usage")
		if err := s.Parse(strings.Fields(line)); err != nil {
			t.Fatal(err)
		}
		return text.Read(flags.Versions{Min: messages.TLS12, Max: messages.TLS13})
	}
	for line, want := range map[string]struct {
		hash           secrets.Hash
		client, server engine.PSKModes
	}{
		"-psk id:00":                          {0, engine.PSKWithAgreement, engine.PSKWithAgreement},
		"-psk id:00 -psk-hash sha256":         {secrets.SHA256, engine.PSKWithAgreement, engine.PSKWithAgreement},
		"-psk id:00 -psk-hash sha384 -psk-ke": {secrets.SHA384, engine.PSKWithoutAgreement, engine.PSKEither},
	} {
		got, err := read(line)
		if err != nil || got.PSK == nil || got.PSK.Hash != want.hash || got.PSKModes(true) != want.client || got.PSKModes(false) != want.server {
			t.Errorf("%q: %+v (%v)", line, got, err)
		}
		var config engine.Common
		if got.Configure(&config); !config.PSK {
			t.Errorf("%q: the config has no key", line)
		}
		choice := flags.Choice{Versions: flags.Versions{Min: messages.TLS12, Max: messages.TLS13}, Legacy: got}
		suites, v, err := choice.CipherSuites("ciphers", "")
		if err != nil || v != choice.Versions || !slices.Contains(suites, messages.TLS_AES_256_GCM_SHA384) ||
			!slices.Contains(suites, messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256) {
			t.Errorf("%q: the suites are %v of %v (%v)", line, suites, v, err)
		}
	}
	var usage *flags.Usage
	for _, line := range []string{"-psk :00", "-psk-hash sha256", "-psk id:00 -psk-hash sha1"} {
		if _, err := read(line); !errors.As(err, &usage) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestTheSuitesAreThoseThatThereIsAllFor(t *testing.T) {
	const (
		ecdhe    = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
		dhe      = messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256
		rsa      = messages.TLS_RSA_WITH_AES_128_GCM_SHA256
		ecdhePSK = messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256
		dhePSK   = messages.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256
		psk      = messages.TLS_PSK_WITH_AES_128_GCM_SHA256
	)
	shown := []messages.CipherSuite{ecdhe, dhe, rsa, ecdhePSK, dhePSK, psk}
	field := []messages.Group{messages.X25519, messages.FFDHE3072}
	for _, row := range []struct {
		line, names string
		groups      []messages.Group
		want        []messages.CipherSuite
	}{
		{"", "all", nil, []messages.CipherSuite{ecdhe}},
		{"", "all", field, []messages.CipherSuite{ecdhe, dhe}},
		{"-profile compatible", "all", nil, []messages.CipherSuite{ecdhe, dhe}},
		{"-profile compatible", "all", field[:1], []messages.CipherSuite{ecdhe}},
		{"-profile legacy", "all", nil, []messages.CipherSuite{ecdhe, dhe, rsa}},
		{"-psk id:00", "all", nil, []messages.CipherSuite{ecdhe, ecdhePSK, psk}},
		{"-psk id:00", "", nil, []messages.CipherSuite{ecdhePSK}},
		{"-psk id:00", "", field, []messages.CipherSuite{ecdhePSK, dhePSK}},
		{"-psk id:00 -profile compatible", "", nil, []messages.CipherSuite{ecdhePSK, dhePSK, psk}},
		{"-psk id:00", ecdhe.String(), nil, []messages.CipherSuite{ecdhe}},
		{"", dhe.String(), nil, []messages.CipherSuite{dhe}},
	} {
		v := flags.Versions{Min: messages.TLS12, Max: messages.TLS12}
		legacy, err := legacyOf(t, row.line, v.Min, v.Max)
		if err != nil {
			t.Fatal(err)
		}
		suites, v, err := flags.Choice{Versions: v, Legacy: legacy, Groups: row.groups}.CipherSuites("ciphers", row.names)
		if err != nil || v.Max != messages.TLS12 {
			t.Errorf("%s of %q, %v: %v, %v", row.names, row.line, row.groups, v, err)
		}
		for _, suite := range shown {
			if got := slices.Contains(suites, suite); got != slices.Contains(row.want, suite) {
				t.Errorf("%s of %q, %v: %v is among them: %t", row.names, row.line, row.groups, suite, got)
			}
		}
		config := engine.ServerConfig{}
		config.Rand, config.MaxVersion, config.CipherSuites, config.Groups = strings.NewReader(""), v.Max, suites, row.groups
		legacy.Configure(&config.Common)
		if _, err := config.Compile(); err != nil && row.names == "all" {
			t.Errorf("%s of %q, %v: %v", row.names, row.line, row.groups, err)
		}
	}
}
