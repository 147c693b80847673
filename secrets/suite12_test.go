package secrets

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// TestTheTableOfTLS12SaysWhatTheNamesOfItsSuitesSay reads each row back from the
// name IANA has for its codepoint.
func TestTheTableOfTLS12SaysWhatTheNamesOfItsSuitesSay(t *testing.T) {
	seen := map[messages.CipherSuite]bool{}
	for _, id := range Suites12() {
		s := suite12Of(t, id)
		name := strings.TrimPrefix(id.String(), "TLS_")
		exchange, rest, _ := strings.Cut(name, "_WITH_")
		wantExchange := s.KeyExchange.String()
		switch {
		case s.KeyExchange.Signed():
			wantExchange += "_" + s.Authentication.String()
		case exchange == "PSK_DHE":
			// RFC 6655 turns the name around for two suites.
			exchange = "DHE_PSK"
		}
		if exchange != wantExchange {
			t.Errorf("%v exchanges keys by %s", id, wantExchange)
		}
		if certificate := s.Authentication != AuthenticationPSK; certificate != (s.KeyExchange.Signed() || s.KeyExchange.TransportsRSA()) {
			t.Errorf("%v: certificate %v", id, certificate)
		}
		if s.KeyExchange.UsesPSK() != strings.Contains(exchange, "PSK") {
			t.Errorf("%v: a PSK %v", id, s.KeyExchange.UsesPSK())
		}
		cipher := map[aead]string{aesGCM: "AES_%d_GCM", aesCCM: "AES_%d_CCM", aesCCM8: "AES_%d_CCM_8", aesCBC: "AES_%d_CBC", chaCha20Poly1305: "CHACHA20_POLY1305"}[s.cipher]
		if strings.Contains(cipher, "%") {
			cipher = fmt.Sprintf(cipher, s.KeyLen()*8)
		}
		hash, found := strings.CutPrefix(rest, cipher)
		hash = strings.TrimPrefix(hash, "_")
		// Without a hash function in the name, or with SHA-1, the PRF is the default
		// one. RFC 5246, Section 5.
		wantHash := map[string]Hash{"": SHA256, "SHA": SHA256, "SHA256": SHA256, "SHA384": SHA384}[hash]
		wantMAC := map[string]int{"SHA": 20, "SHA256": 32, "SHA384": 48}[hash]
		if s.AEAD() {
			wantMAC = 0
		}
		if !found || s.Hash != wantHash || s.MACKeyLen() != wantMAC {
			t.Errorf("%v: %s and %q with %v and a MAC of %d", id, cipher, hash, s.Hash, s.MACKeyLen())
		}
		if s.RecordLimit == 0 || s.ForgeryLimit == 0 || seen[id] {
			t.Errorf("%v has no limits, or stands there twice", id)
		}
		seen[id] = true
	}
	if len(seen) != 77 {
		t.Errorf("%d suites", len(seen))
	}
	for _, id := range append(Suites13(), messages.TLS_RSA_WITH_3DES_EDE_CBC_SHA, messages.TLS_FALLBACK_SCSV, 0) {
		if _, ok := LookupSuite12(id); ok {
			t.Errorf("%v is a suite of TLS 1.2", id)
		}
	}
}

func TestSuitesOfForwardSecrecyAndAnAEADStandFirst(t *testing.T) {
	rank := func(s *Suite12) int {
		switch {
		case s.KeyExchange.Ephemeral() && s.AEAD():
			return 0
		case s.KeyExchange.TransportsRSA():
			return 2
		}
		return 1
	}
	last := 0
	for _, id := range Suites12() {
		s := suite12Of(t, id)
		if rank(s) < last {
			t.Errorf("%v comes too late", id)
		}
		last = rank(s)
	}
}

func TestKeysServeTheSuitesTheyCanServe(t *testing.T) {
	rsaPublic := &rsaKey(t).PublicKey
	for name, row := range map[string]struct {
		key  any
		want func(*Suite12) bool
	}{
		"ECDSA":   {&ecdsaKey(t, elliptic.P256()).PublicKey, func(s *Suite12) bool { return s.Authentication == AuthenticationECDSA }},
		"Ed25519": {ed25519.PublicKey(make([]byte, 32)), func(s *Suite12) bool { return s.Authentication == AuthenticationECDSA }},
		"Ed448":   {Ed448PublicKey(make([]byte, 57)), func(s *Suite12) bool { return s.Authentication == AuthenticationECDSA }},
		"RSA":     {rsaPublic, func(s *Suite12) bool { return s.Authentication == AuthenticationRSA }},
		"RSA-PSS": {PSSPublicKey{rsaPublic}, func(s *Suite12) bool {
			return s.Authentication == AuthenticationRSA && !s.KeyExchange.TransportsRSA()
		}},
		"none": {nil, func(*Suite12) bool { return false }},
	} {
		for _, id := range Suites12() {
			if s := suite12Of(t, id); s.FitsKey(row.key) != row.want(s) {
				t.Errorf("a key of kind %s and %v: %v", name, id, s.FitsKey(row.key))
			}
		}
	}
}

func TestNamesOfWhatIsUnknownSayNone(t *testing.T) {
	for _, got := range []string{KeyExchange(0).String(), KeyExchange(99).String()} {
		if got != "no key exchange" {
			t.Errorf("%q", got)
		}
	}
	for _, got := range []string{Authentication(0).String(), Authentication(99).String()} {
		if got != "no authentication" {
			t.Errorf("%q", got)
		}
	}
}

func TestSHA1SignaturesVerifyUnderTheLegacyRulesAlone(t *testing.T) {
	rsaSigner, ecdsaSigner := rsaKey(t), ecdsaKey(t, elliptic.P256())
	signed := []byte("client random, server random, parameters")
	for scheme, pub := range map[messages.SignatureScheme]any{
		messages.RSAPKCS1SHA1: &rsaSigner.PublicKey,
		messages.ECDSASHA1:    &ecdsaSigner.PublicKey,
	} {
		var signature []byte
		if _, ok := pub.(*rsa.PublicKey); ok {
			signature = signAs(t, rsaSigner, scheme, 0, signed)
		} else {
			signature = signAs(t, ecdsaSigner, scheme, 0, signed)
		}
		for rules, want := range map[Rules]error{Rules13: ErrScheme, Rules12: ErrScheme, Rules12Legacy: nil} {
			err := VerifySignature(rules, pub, scheme, signed, signature)
			wantError(t, fmt.Sprint(scheme, " under rules ", rules), err, want)
		}
		err := VerifySignature(Rules12Legacy, pub, scheme, signed[1:], signature)
		wantError(t, "of something else", err, ErrBadSignature)
		for _, known := range SchemesFor(Rules12Legacy, pub) {
			if known == scheme {
				t.Errorf("%v is offered for signing", scheme)
			}
		}
	}
}

func TestTheExpansionOfASuiteOfTLS12IsTheMostThatProtectionAdds(t *testing.T) {
	for id, want := range map[messages.CipherSuite]int{
		messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:       8 + 16,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8:          8 + 8,
		messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 16,
		messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:          16 + 20 + 256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384:     16 + 48 + 256,
	} {
		if got := suite12Of(t, id).MaxExpansion(); got != want {
			t.Errorf("%v adds up to %d bytes, want %d", id, got, want)
		}
	}
}
