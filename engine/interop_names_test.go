package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// foreignSuite is how foreign programs spell a suite: openssl as a whole,
// gnutls in parts. Where a program does not have it the name is empty.
type foreignSuite struct {
	id                    messages.CipherSuite
	openssl               string
	exchange, cipher, mac string
}

// foreignSuites are the suites that both sides have.
var foreignSuites = slices.Concat(curveSuites, exchangeSuites)

// curveSuites are those of ECDHE with certificates, and of TLS 1.3.
var curveSuites = []foreignSuite{
	{messages.TLS_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256", "", "AES-128-GCM", "AEAD"},
	{messages.TLS_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384", "", "AES-256-GCM", "AEAD"},
	{messages.TLS_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256", "", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_AES_128_CCM_SHA256, "TLS_AES_128_CCM_SHA256", "", "AES-128-CCM", "AEAD"},
	{messages.TLS_AES_128_CCM_8_SHA256, "TLS_AES_128_CCM_8_SHA256", "", "AES-128-CCM-8", "AEAD"},

	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA", "AES-128-GCM", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA", "AES-256-GCM", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM, "ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA", "AES-128-CCM", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM, "ECDHE-ECDSA-AES256-CCM", "ECDHE-ECDSA", "AES-256-CCM", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, "ECDHE-ECDSA-AES128-CCM8", "ECDHE-ECDSA", "AES-128-CCM-8", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, "ECDHE-ECDSA-AES256-CCM8", "ECDHE-ECDSA", "AES-256-CCM-8", "AEAD"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA", "AES-128-CBC", "SHA1"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA", "AES-256-CBC", "SHA1"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA", "AES-128-CBC", "SHA256"},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA", "AES-256-CBC", "SHA384"},
	{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA", "AES-128-GCM", "AEAD"},
	{messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA", "AES-256-GCM", "AEAD"},
	{messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA", "CHACHA20-POLY1305", "AEAD"},
	{messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", "ECDHE-RSA", "AES-128-CBC", "SHA1"},
	{messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", "ECDHE-RSA", "AES-256-CBC", "SHA1"},
	{messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA", "AES-128-CBC", "SHA256"},
	{messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA", "AES-256-CBC", "SHA384"},
}

// foreignSuiteOf is the row of a suite.
func foreignSuiteOf(t *testing.T, id messages.CipherSuite) *foreignSuite {
	t.Helper()
	for n := range foreignSuites {
		if foreignSuites[n].id == id {
			return &foreignSuites[n]
		}
	}
	t.Fatalf("foreignSuites has no %v", id)
	return nil
}

func (s *foreignSuite) version() messages.Version {
	if _, is13 := secrets.LookupSuite(s.id); is13 {
		return messages.TLS13
	}
	return messages.TLS12
}

// with are the programs that have the suite.
func (s *foreignSuite) with() []foreign {
	var all []foreign
	if s.openssl != "" {
		all = append(all, openSSL{})
	}
	if s.cipher != "" {
		all = append(all, gnuTLS{})
	}
	return all
}

// priority has gnutls have the suite.
func (s *foreignSuite) priority() string {
	exchange := s.exchange
	if exchange == "" {
		exchange = "ECDHE-ECDSA:+ECDHE-RSA"
	}
	return ":+" + exchange + ":+" + s.cipher + ":+" + s.mac
}

// key is the kind of key that a server needs for the suite, if any.
func (s *foreignSuite) key() string {
	switch {
	case strings.HasSuffix(s.exchange, "RSA"):
		return testkit.RSA
	case strings.Contains(s.exchange, "PSK"):
		return ""
	}
	return testkit.P256
}

// foreignScheme is how foreign programs spell a signature scheme; gnutls has
// other names for those of TLS 1.3 that are for one curve.
type foreignScheme struct{ openssl, gnutls, gnutls13 string }

var foreignSchemes = map[messages.SignatureScheme]foreignScheme{
	messages.ECDSASecp256r1SHA256: {"ECDSA+SHA256", "ECDSA-SHA256", "ECDSA-SECP256R1-SHA256"},
	messages.ECDSASecp384r1SHA384: {"ECDSA+SHA384", "ECDSA-SHA384", "ECDSA-SECP384R1-SHA384"},
	messages.ECDSASecp521r1SHA512: {"ECDSA+SHA512", "ECDSA-SHA512", "ECDSA-SECP521R1-SHA512"},
	messages.Ed25519:              {"ed25519", "EdDSA-Ed25519", ""},
	messages.Ed448:                {"ed448", "EdDSA-Ed448", ""},
	messages.RSAPSSRSAESHA256:     {"RSA-PSS+SHA256", "RSA-PSS-RSAE-SHA256", ""},
	messages.RSAPSSRSAESHA384:     {"RSA-PSS+SHA384", "RSA-PSS-RSAE-SHA384", ""},
	messages.RSAPSSRSAESHA512:     {"RSA-PSS+SHA512", "RSA-PSS-RSAE-SHA512", ""},
	messages.RSAPKCS1SHA256:       {"RSA+SHA256", "RSA-SHA256", ""},
	messages.RSAPKCS1SHA384:       {"RSA+SHA384", "RSA-SHA384", ""},
	messages.RSAPKCS1SHA512:       {"RSA+SHA512", "RSA-SHA512", ""},
}

// openSSLType is how s_client spells the kind of signature.
func (s foreignScheme) openSSLType() string {
	kind, _, _ := strings.Cut(s.openssl, "+")
	return kind
}

// in is how gnutls spells the scheme in a version.
func (s foreignScheme) in(version messages.Version) string {
	if version == messages.TLS13 && s.gnutls13 != "" {
		return s.gnutls13
	}
	return s.gnutls
}
