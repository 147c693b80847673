package engine_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// exchange is what a server proves its share of a key by.
type exchange struct {
	suite    messages.CipherSuite
	leaf     *x509.Certificate
	signed   []byte // the randoms and the parameters
	scheme   messages.SignatureScheme
	evidence []byte
}

// exchanged runs a handshake of TLS 1.2 and listens.
func exchanged(t *testing.T, pair *testkit.Pair) exchange {
	t.Helper()
	var x exchange
	l := completes(t, pair, func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) { x.signed = slices.Clone(m.Random[:]) })
		forge.Change(l, events.Server, func(m *messages.ServerHello) {
			x.suite, x.signed = m.CipherSuite, append(x.signed, m.Random[:]...)
		})
		forge.Change(l, events.Server, func(m *messages.Certificate12) {
			leaf, err := x509.ParseCertificate(m.Chain[0])
			if err != nil {
				t.Fatal(err)
			}
			x.leaf = leaf
		})
		forge.Change(l, events.Server, func(m *messages.ServerKeyExchangeECDHE) {
			params, err := m.Params.Append(nil)
			if err != nil {
				t.Fatal(err)
			}
			x.signed, x.scheme, x.evidence = append(x.signed, params...), m.Scheme, slices.Clone(m.Signature)
		})
	})
	if l.Client.Engine.Connection().PeerScheme != x.scheme {
		t.Errorf("the client has verified %v, and %v was sent", l.Client.Engine.Connection().PeerScheme, x.scheme)
	}
	return x
}

// verifies verifies without the engine's help: as the certificate's own key
// has it, of which only Ed25519 signs what is not hashed.
func (x *exchange) verifies() bool {
	digest256, digest384, digest512 := sha256.Sum256(x.signed), sha512.Sum384(x.signed), sha512.Sum512(x.signed)
	switch key := x.leaf.PublicKey.(type) {
	case *ecdsa.PublicKey:
		digest := map[messages.SignatureScheme][]byte{0x0403: digest256[:], 0x0503: digest384[:], 0x0603: digest512[:]}[x.scheme]
		return digest != nil && ecdsa.VerifyASN1(key, digest, x.evidence)
	case ed25519.PublicKey:
		// HashAlgorithm 8, which is none, and SignatureAlgorithm 7.
		return x.scheme == 0x0807 && ed25519.Verify(key, x.signed, x.evidence)
	case *rsa.PublicKey:
		return x.scheme == 0x0804 && rsa.VerifyPSS(key, crypto.SHA256, digest256[:], x.evidence, nil) == nil
	}
	return false
}

// covers 8422/2.1/1 8422/2.1/2 8422/5.3/2 8422/5.9/3 8422/5.10/3 8422/5.10/4 8422/5.10/5 8422/5.10/7
func TestAServerSignsItsShareWithTheKeyOfACertificateThatFitsTheSuite(t *testing.T) {
	for _, kind := range testkit.Kinds() {
		pair := legacy("signed share")
		pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1}
		pair.ServerAnswers.Identity = testkit.Server(kind)
		x := exchanged(t, pair)
		if rsa := strings.HasPrefix(x.suite.String(), "TLS_ECDHE_RSA_"); rsa != (kind == testkit.RSA) {
			t.Errorf("a key of kind %s has the suite %v", kind, x.suite)
		}
		if !x.verifies() {
			t.Errorf("a key of kind %s has not signed by %v", kind, x.scheme)
		}
	}
}

// covers 8422/3.1/1 8422/5.6/1
// covers 5246/7.4.4/2 5246/7.4.4/3 5246/7.4.6/2 5246/7.4.6/4
func TestAClientShowsACertificateOfATypeAndASchemeThatAreAskedFor(t *testing.T) {
	ecdsaSchemes := []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.Ed25519}
	rsaSchemes := []messages.SignatureScheme{messages.RSAPSSRSAESHA256}
	for what, c := range map[string]struct {
		types   []messages.ClientCertificateType
		schemes []messages.SignatureScheme
		fit     []string
	}{
		"ecdsa_sign":                 {[]messages.ClientCertificateType{64}, append(ecdsaSchemes, rsaSchemes...), []string{testkit.P256, testkit.Ed25519}},
		"rsa_sign":                   {[]messages.ClientCertificateType{1}, append(ecdsaSchemes, rsaSchemes...), []string{testkit.RSA}},
		"types that are not served":  {[]messages.ClientCertificateType{2, 3, 4, 65, 66}, append(ecdsaSchemes, rsaSchemes...), nil},
		"any type and ECDSA schemes": {[]messages.ClientCertificateType{1, 64}, ecdsaSchemes, []string{testkit.P256, testkit.Ed25519}},
		"any type and RSA schemes":   {[]messages.ClientCertificateType{1, 64}, rsaSchemes, []string{testkit.RSA}},
	} {
		for _, kind := range []string{testkit.P256, testkit.Ed25519, testkit.RSA} {
			pair := legacy("type")
			withClientCert(pair)
			pair.ClientAnswers.Identity = testkit.Client(kind)
			l := forge.New(pair)
			forge.Change(l, events.Server, func(m *messages.CertificateRequest12) { m.Types, m.Schemes = c.types, c.schemes })
			l.Handshake()
			if !slices.Contains(c.fit, kind) {
				wantRefusal(t, what+" for "+kind, l.Client, "no_mutual_scheme")
				continue
			}
			wantAlive(t, what+" for "+kind, l)
			if scheme := l.Server.Engine.Connection().PeerScheme; !slices.Contains(c.schemes, scheme) {
				t.Errorf("%s for %s: %v was not asked for", what, kind, scheme)
			}
		}
	}
}

// curves are those of which a point has several forms, with their lengths.
var curves = map[messages.Group]int{messages.Secp256r1: 32, messages.Secp384r1: 48, messages.Secp521r1: 66}

// onCurve is a pair with nothing but a curve.
func onCurve(group messages.Group) *testkit.Pair {
	pair := legacy("curve")
	pair.Client.Groups, pair.Server.Groups = []messages.Group{group}, []messages.Group{group}
	// An ECDSA key would have to be on that curve too.
	pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
	return pair
}

// compressed is the other form of a point.
func compressed(point []byte) []byte {
	length := len(point) / 2
	return append([]byte{2 | point[len(point)-1]&1}, point[1:1+length]...)
}

// covers 8422/5.1.2/1
func TestPointsAreSentAndTakenUncompressedAlone(t *testing.T) {
	for group, length := range curves {
		completes(t, onCurve(group), func(l *forge.Link) {
			check := func(who string, point []byte) {
				if len(point) != 1+2*length || point[0] != 4 {
					t.Errorf("%v: the %s's point begins with %d and has %d bytes", group, who, point[0], len(point))
				}
			}
			forge.Change(l, events.Server, func(m *messages.ServerKeyExchangeECDHE) { check("server", m.Params.Public) })
			forge.Change(l, events.Client, func(m *messages.ClientKeyExchangeECDHE) { check("client", m.Public) })
		})

		l := forge.New(onCurve(group))
		exchanging(func(m *messages.ServerKeyExchangeECDHE) { m.Params.Public = compressed(m.Params.Public) })(l)
		l.Handshake()
		wantRefusal(t, "a server's point in another form", l.Client, "bad_key_share")

		l = forge.New(onCurve(group))
		forge.Change(l, events.Client, func(m *messages.ClientKeyExchangeECDHE) { m.Public = compressed(m.Public) })
		l.Handshake()
		wantRefusal(t, "a client's point in another form", l.Server, "bad_key_share")
	}
}

// covers 8422/5.1.2/3 8422/5.2/1
func TestBothEndsNameTheUncompressedFormAndNoOther(t *testing.T) {
	client, server := helloes(legacy("forms"))
	for who, x := range map[string]*messages.Extensions{"client": &client.Extensions, "server": &server.Extensions} {
		at := slices.Index(types(x), messages.ExtensionECPointFormats)
		if at < 0 || !bytes.Equal(x.List[at].Data, []byte{1, 0}) {
			t.Errorf("the %s says %v", who, x.List)
		}
	}
}

// A client without a curve offers no suite that takes one, neither beside TLS 1.3,
// whose groups need not be curves, nor in a renegotiation.
func TestAClientWithoutACurveOffersNoECDHE(t *testing.T) {
	psk, ecdhe := messages.TLS_PSK_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	pair := under(psk)
	pair.Client.MaxVersion = messages.TLS13
	pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, ecdhe, psk}
	pair.Client.Groups = []messages.Group{messages.X25519MLKEM768}
	look := func(m *messages.ClientHello) {
		if slices.Contains(m.CipherSuites, ecdhe) || !slices.Contains(m.CipherSuites, psk) {
			t.Errorf("the client offers %v", m.CipherSuites)
		}
	}
	renewed(t, pair, func(l *forge.Link) { forge.Change(l, events.Client, look) }, renewedHello(look))
}
