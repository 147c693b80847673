package engine_test

import (
	"bytes"
	"crypto/ecdsa"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// What two configs lead to, told a second time: in the plainest words, and from
// both configs at once, where each engine knows but its own.

// version is the highest that both ends allow.
func (p *drawn) version() (messages.Version, bool) {
	version := min(p.client.MaxVersion, p.server.MaxVersion)
	return version, version >= max(p.client.MinVersion, p.server.MinVersion)
}

// workable is the server's first suite of TLS 1.2 that the client has too, for
// which there are a group and a certificate, and the group. A pre-shared key serves
// unless the client has to show a certificate, or has shown one.
func (p *drawn) workable(shown bool) (*secrets.Suite12, messages.Group, bool) {
	for _, id := range p.server.Suites12 {
		suite, _ := secrets.LookupSuite12(id)
		groups := []messages.Group{0}
		if suite.KeyExchange.Ephemeral() {
			groups = slices.DeleteFunc(handshake.Common(p.server.Groups, p.client.Groups), func(g messages.Group) bool {
				return secrets.IsFiniteField(g) != suite.KeyExchange.FiniteField() || handshake.PostQuantum(g)
			})
		}
		proven := slices.ContainsFunc(p.schemes(), func(s messages.SignatureScheme) bool {
			return authenticationBy(s) == suite.Authentication.String()
		})
		switch {
		case suite.KeyExchange.UsesPSK():
			proven = !p.server.RequireClientCert && !shown
		case suite.KeyExchange == secrets.KeyExchangeRSA:
			proven = p.ServerAnswers.Identity == testkit.Server(testkit.RSA)
		}
		if slices.Contains(p.client.Suites12, id) && len(groups) > 0 && proven {
			return suite, groups[0], true
		}
	}
	return nil, 0, false
}

// authenticationBy names the kind of suite of TLS 1.2 that a scheme signs for.
func authenticationBy(s messages.SignatureScheme) string {
	if strings.HasPrefix(s.String(), "rsa_") {
		return secrets.AuthenticationRSA.String()
	}
	return secrets.AuthenticationECDSA.String()
}

// schemes are those that the server's key has and the client takes in TLS 1.2.
func (p *drawn) schemes() []messages.SignatureScheme {
	return mutual(p.ServerAnswers.Identity, messages.TLS12, p.client)
}

func mutual(identity *testkit.Identity, version messages.Version, peer *handshake.Policy) []messages.SignatureScheme {
	if identity == nil {
		return nil
	}
	return handshake.Common(identity.CredentialIn(version).Schemes, peer.Offered)
}

// offCurve tells whether an identity's key is on a curve that the peer has not.
func offCurve(identity *testkit.Identity, peer *handshake.Policy) bool {
	if identity == nil {
		return false
	}
	key, ok := identity.Key.Public().(*ecdsa.PublicKey)
	curves := map[string]messages.Group{"P-256": messages.Secp256r1, "P-384": messages.Secp384r1, "P-521": messages.Secp521r1}
	return ok && !slices.Contains(peer.Groups, curves[key.Params().Name])
}

// expected checks what a client has agreed on in TLS 1.2 against what the two
// configs lead to.
func (m *meeting) expected(c *events.Connection) {
	version, _ := m.version()
	if c.Version != version || !slices.Contains(m.drawn.server.Suites12, c.CipherSuite) || !slices.Contains(m.drawn.client.Suites, c.CipherSuite) {
		m.Fatalf("they agree on %v and %v", c.Version, c.CipherSuite)
	}
	if c.ServerName != m.Client.ServerName || c.ALPN != "" && !slices.Contains(m.Server.ALPN, c.ALPN) || !c.ExtendedMasterSecret {
		m.Fatalf("they agree on the name %q, ALPN %q, extended_master_secret %t", c.ServerName, c.ALPN, c.ExtendedMasterSecret)
	}
	if c.Resumed {
		return
	}
	suite, group, ok := m.workable(m.clientShown(m.handshakes > 1))
	if !ok || c.CipherSuite != suite.ID || c.Group != group {
		m.Fatalf("they agree on %v and %v", c.CipherSuite, c.Group)
	}
	if c.EncryptThenMAC == suite.AEAD() || suite.KeyExchange.UsesPSK() != (string(c.PSKIdentity) == testkit.PSKIdentity) {
		m.Fatalf("under %v: encrypt_then_mac %t, pre-shared key %q", suite.ID, c.EncryptThenMAC, c.PSKIdentity)
	}
	m.certified(c, suite)
}

// certified checks who has shown a certificate or a key, and what was stapled to it.
func (m *meeting) certified(c *events.Connection, suite *secrets.Suite12) {
	var server, client, response, responses []byte
	if !suite.KeyExchange.UsesPSK() {
		server = m.show(m.ServerAnswers.Identity, m.serverKind())
		if kind, ok := m.clientKind(); ok && m.drawn.server.RequestClientCert {
			client = m.show(m.clientShows(kind), kind)
		}
		beside := m.callers[events.Server].beside
		stapled := m.serverKind() == messages.CertificateX509
		if stapled && (m.Client.RequestOCSP || m.Client.RequestOCSPChain) {
			response = beside.OCSP
		}
		if stapled && m.Client.RequestOCSPChain && len(beside.OCSPChain) > 0 {
			responses = beside.OCSPChain[0]
		}
	}
	if !bytes.Equal(shownBy(c.PeerChain, c.PeerRawKey), server) || !bytes.Equal(shownBy(c.LocalChain, c.LocalRawKey), client) {
		m.Fatalf("under %v the chains are %x and %x, the keys %x and %x", suite.ID, c.PeerChain, c.LocalChain, c.PeerRawKey, c.LocalRawKey)
	}
	if !bytes.Equal(c.OCSP, response) || !bytes.Equal(leaf(c.OCSPChain), responses) {
		m.Fatalf("what is stapled is %q and %q", c.OCSP, c.OCSPChain)
	}
}

// clientShown tells whether the client has shown a certificate on this connection
// before a renegotiation.
func (m *meeting) clientShown(again bool) bool {
	return again && len(m.began[events.Server].PeerChain) > 0
}

// excused tells whether an end has good reason for a refusal. What is not here is
// an accident. A renegotiation goes as the first handshake did, unless that has
// resumed another's session.
func (m *meeting) excused(refuser events.Role, refusal string) bool {
	if version, ok := m.version(); ok && version == messages.TLS13 {
		p := m.prospect()
		return p.refuser == refuser && slices.Contains(p.reasons, refusal) || refusal == "too_much_skipped" && p.overskips()
	}
	again := m.handshakes > 0
	if again && !m.began[events.Client].Resumed {
		return false
	}
	if again && refusal == "certificate_changed" {
		return true
	}
	if refuser == events.Client {
		return m.clientExcused(refusal, again)
	}
	return m.serverExcused(refusal, again)
}

func (m *meeting) clientExcused(refusal string, again bool) bool {
	version, _ := m.version()
	identity := m.ClientAnswers.Identity
	switch refusal {
	case "key_on_other_curve":
		return offCurve(m.ServerAnswers.Identity, m.drawn.client)
	case "early_data_mismatch":
		return m.offeredEarly
	case "no_mutual_scheme":
		return identity != nil && len(mutual(identity, version, m.drawn.server)) == 0
	case "answer_refused":
		return m.sharing(again) && m.ClientAnswers.PSK == nil
	}
	return false
}

// sharing tells whether the two agree on a suite with a pre-shared key.
func (m *meeting) sharing(again bool) bool {
	suite, _, works := m.workable(m.clientShown(again))
	return works && suite.KeyExchange.UsesPSK()
}

func (m *meeting) serverExcused(refusal string, again bool) bool {
	client, server := m.drawn.client, m.drawn.server
	version, ok := m.version()
	_, _, works := m.workable(m.clientShown(again))
	switch refusal {
	case "no_mutual_version":
		return !ok
	case "inappropriate_fallback":
		return client.Fallback && client.MaxVersion < server.MaxVersion
	case "no_application_protocol":
		return len(client.ALPN) > 0 && len(server.ALPN) > 0 && len(handshake.Common(client.ALPN, server.ALPN)) == 0
	case "no_mutual_suite":
		return !works
	case "insufficient_security":
		return !works && client.HasFiniteField() && len(handshake.Common(server.FiniteFields, client.FiniteFields)) == 0
	case "no_mutual_scheme":
		return !works && len(mutual(m.ServerAnswers.Identity, version, client)) == 0
	case "no_credential":
		return !works && m.ServerAnswers.Identity == nil
	case "certificate_required":
		kind, _ := m.clientKind()
		return server.RequireClientCert && m.clientShows(kind) == nil
	case "no_mutual_certificate_type":
		_, shared := m.clientKind()
		return !slices.Contains(client.PeerTypes, m.serverKind()) || server.RequestClientCert && !shared
	case "key_on_other_curve":
		return server.RequestClientCert && offCurve(m.ClientAnswers.Identity, server)
	case "unknown_psk":
		return m.sharing(again) && m.ServerAnswers.PSK == nil
	case "bad_record_mac":
		return m.sharing(again) && !bytes.Equal(m.ServerAnswers.PSK, m.ClientAnswers.PSK)
	}
	return false
}

// alerts are what the other end is told by, as the documents have it.
var alerts = map[string]messages.Alert{
	"no_mutual_version":          messages.AlertProtocolVersion,
	"inappropriate_fallback":     messages.AlertInappropriateFallback,
	"no_application_protocol":    messages.AlertNoApplicationProtocol,
	"insufficient_security":      messages.AlertInsufficientSecurity,
	"no_mutual_certificate_type": messages.AlertUnsupportedCertificate,
	"unknown_psk":                messages.AlertUnknownPSKIdentity,
	"bad_record_mac":             messages.AlertBadRecordMAC,
	"bad_binder":                 messages.AlertDecryptError,
	"psk_not_known":              messages.AlertDecryptError,
	"psk_required":               messages.AlertMissingExtension,
	"missing_extension":          messages.AlertMissingExtension,
	"early_data_mismatch":        messages.AlertIllegalParameter,
	"too_much_skipped":           messages.AlertUnexpectedMessage,
	"certificate_changed":        messages.AlertIllegalParameter,
	"key_on_other_curve":         messages.AlertIllegalParameter,
}

// alertOf is the alert of a refusal.
func (m *meeting) alertOf(refusal string) messages.Alert {
	version, _ := m.version()
	if refusal == "certificate_required" && version == messages.TLS13 {
		return messages.AlertCertificateRequired
	}
	if alert, special := alerts[refusal]; special {
		return alert
	}
	return messages.AlertHandshakeFailure
}
