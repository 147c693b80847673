package answer_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// askRaw is the question about a raw public key.
func askRaw(role events.Role, info []byte) *events.VerifyPeer {
	return &events.VerifyPeer{Asked: events.Asked{ID: 7}, Role: role, ServerName: "server.example", RawKey: info}
}

func infoOf(kind string) []byte { return testkit.PublicKeyInfo(key(kind).Public()) }

func raw(t *testing.T, signer crypto.Signer) *answer.Certificate {
	t.Helper()
	c, err := answer.NewRawPublicKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARawKeyIsTakenIfItIsKnown(t *testing.T) {
	for _, kind := range append(testkit.Kinds(), testkit.Ed448) {
		client := &answer.Client{RawKeys: answer.RawKeys{infoOf(testkit.P384), infoOf(kind)}}
		peer, a := client.Verify(testkit.Now, askRaw(events.Client, infoOf(kind)))
		got := accepted(t, kind, a)
		if !got.(interface{ Equal(crypto.PublicKey) bool }).Equal(key(kind).Public()) || !bytes.Equal(peer.RawKey, infoOf(kind)) {
			t.Errorf("%s: the key is a %T", kind, got)
		}
		server := &answer.Server{RawKeys: client.RawKeys}
		accepted(t, kind, server.Answer(testkit.Now, askRaw(events.Server, infoOf(kind))))
	}
	stranger := askRaw(events.Client, testkit.PublicKeyInfo(otherKey(testkit.P256).Public()))
	known := answer.RawKeys{infoOf(testkit.P256)}
	root := issue(t, "root", key(testkit.P384), nil, nil)
	for why, answerer := range map[string]answer.Answerer{
		"a client that knows another": &answer.Client{RawKeys: known}, "a client that knows none": &answer.Client{},
		"a careless client that knows another": &answer.Client{RawKeys: known, InsecureSkipVerify: true},
		"a server that knows another":          &answer.Server{RawKeys: known},
		"a server that wants certificates":     &answer.Server{ClientRoots: pool(root)},
		"a server that knows nobody":           &answer.Server{RawKeys: answer.RawKeys{}},
	} {
		refused(t, why, answerer.Answer(testkit.Now, stranger), messages.AlertCertificateUnknown)
	}
	accepted(t, "a client that takes anything", (&answer.Client{InsecureSkipVerify: true}).Answer(testkit.Now, stranger))
	accepted(t, "a server that takes anybody", (&answer.Server{}).Answer(testkit.Now, stranger))
}

// A chain is no way around the keys that a server knows, be it one that would do
// without any.
func TestAServerThatKnowsRawKeysAloneTakesNoChain(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	leaf := issue(t, "leaf", key(testkit.P256), root, forClients)
	q := askVerify("", leaf.der)
	q.Role = events.Server
	known, own := answer.RawKeys{infoOf(testkit.Ed25519)}, answer.RawKeys{infoOf(testkit.P256)}
	for why, server := range map[string]*answer.Server{
		"one that knows a key":               {RawKeys: known},
		"one that knows the chain's own key": {RawKeys: own},
		"one that knows nobody":              {RawKeys: answer.RawKeys{}},
	} {
		refused(t, why, server.Answer(testkit.Now, q), messages.AlertUnknownCA)
		server.VerifyPeer = func(time.Time, *answer.Peer) error {
			t.Errorf("%s: the hook is asked", why)
			return nil
		}
		refused(t, why+", with a hook", server.Answer(testkit.Now, q), messages.AlertUnknownCA)
	}
	accepted(t, "one that knows keys and roots", (&answer.Server{RawKeys: known, ClientRoots: pool(root)}).Answer(testkit.Now, q))
	accepted(t, "one that takes anybody", (&answer.Server{}).Answer(testkit.Now, q))
	q = askVerify("server.example", leaf.der)
	accepted(t, "a client that takes any chain", (&answer.Client{RawKeys: known, InsecureSkipVerify: true}).Answer(testkit.Now, q))
}

func TestARawKeyThatIsNotSupportedIsRefused(t *testing.T) {
	parsed, err := x509.ParseCertificate(fileDER(t, "rsa1024.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for why, c := range map[string]struct {
		info  []byte
		alert messages.Alert
	}{
		"no key":               {[]byte("no key"), messages.AlertUnsupportedCertificate},
		"an RSA key too small": {parsed.RawSubjectPublicKeyInfo, messages.AlertBadCertificate},
	} {
		client := &answer.Client{RawKeys: answer.RawKeys{c.info}}
		refused(t, why, client.Answer(testkit.Now, askRaw(events.Client, c.info)), c.alert)
	}
	if _, err := answer.NewRawPublicKey(nil); err == nil {
		t.Error("a raw key without a signer")
	}
}

func TestAHookMayStillRefuseARawKey(t *testing.T) {
	client := &answer.Client{
		RawKeys: answer.RawKeys{infoOf(testkit.P256)},
		VerifyPeer: func(_ time.Time, p *answer.Peer) error {
			if p.RawKey == nil || p.Certificates != nil {
				t.Errorf("the hook sees %+v", p)
			}
			return errors.New("not today")
		},
	}
	refused(t, "the hook", client.Answer(testkit.Now, askRaw(events.Client, infoOf(testkit.P256))), messages.AlertCertificateUnknown)
}

func TestARawKeyIsShownToWhoeverTakesIt(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	chain, own := named(t, testkit.P256, root, "server.example"), raw(t, key(testkit.P256))
	type types = []messages.CertificateType
	for _, c := range []struct {
		certificates []*answer.Certificate
		takes        types
		want         *answer.Certificate
	}{
		{[]*answer.Certificate{own, chain}, nil, chain},
		{[]*answer.Certificate{own, chain}, types{messages.CertificateRawPublicKey, messages.CertificateX509}, own},
		{[]*answer.Certificate{chain, own}, types{messages.CertificateRawPublicKey, messages.CertificateX509}, own},
		{[]*answer.Certificate{own, chain}, types{messages.CertificateX509, messages.CertificateRawPublicKey}, chain},
		{[]*answer.Certificate{chain, own}, types{messages.CertificateRawPublicKey}, own},
		{[]*answer.Certificate{chain}, types{messages.CertificateRawPublicKey}, nil},
		{[]*answer.Certificate{own}, nil, nil},
	} {
		server, client := &answer.Server{Certificates: c.certificates, StrictNames: c.want != nil}, &answer.Client{Certificates: c.certificates}
		for _, answerer := range []answer.Answerer{server, client} {
			q := askCredential("server.example")
			q.CertificateTypes, q.Authorities = c.takes, [][]byte{root.cert.RawSubject}
			chosen, ok := answerer.Answer(testkit.Now, q).(*events.CredentialChosen)
			if !ok || (chosen.Credential == nil) != (c.want == nil) ||
				c.want != nil && chosen.Credential != c.want.Credential(messages.TLS13) {
				t.Errorf("of %d certificates for %v the wrong one is shown", len(c.certificates), c.takes)
			}
		}
	}
	if again, err := chain.Raw(); err != nil || !bytes.Equal(again.RawPublicKey(), own.RawPublicKey()) {
		t.Errorf("the raw key of a certificate: %v", err)
	}
	credential := own.Credential(messages.TLS13)
	if own.Leaf() != nil || credential.Chain != nil || !bytes.Equal(credential.RawPublicKey, infoOf(testkit.P256)) ||
		!bytes.Equal(chain.RawPublicKey(), own.RawPublicKey()) {
		t.Errorf("the credential has a chain of %d and a key of %d bytes", len(credential.Chain), len(credential.RawPublicKey))
	}
}

func TestARawKeySignsAsACertificateDoes(t *testing.T) {
	server := &answer.Server{}
	for _, kind := range append(testkit.Kinds(), testkit.Ed448) {
		c := raw(t, key(kind))
		for _, scheme := range c.Credential(messages.TLS13).Schemes {
			q := askSign(c, messages.TLS13, scheme)
			signature := signed(t, kind, server.Answer(testkit.Now, q))
			if err := secrets.VerifySignature(secrets.Rules13, key(kind).Public(), scheme, q.Content, signature); err != nil {
				t.Errorf("%s with %v: %v", kind, scheme, err)
			}
		}
	}
}

func TestATicketForARawKeyServesWhileTheKeyIsKnown(t *testing.T) {
	session := &events.Session{
		Version: messages.TLS13, CipherSuite: messages.TLS_AES_128_GCM_SHA256, Created: testkit.Now, Authenticated: testkit.Now,
		Lifetime: 600, PeerRawKey: infoOf(testkit.P256),
	}
	session.Secret, _ = secrets.NewSecret(make([]byte, 32))
	state, err := session.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []bool{true, false} {
		keys := answer.RawKeys{infoOf(testkit.P256)}
		if !known {
			keys = answer.RawKeys{infoOf(testkit.P384)}
		}
		server := &answer.Server{RawKeys: keys, Sessions: &answer.SessionCache{}}
		server.KeepEstablished(testkit.Now, &events.SessionEstablished{SessionID: []byte("id"), State: state, Lifetime: 600})
		found := server.Answer(testkit.Now, &events.FindSession{SessionID: []byte("id"), Hello: &events.ClientHello{}}).(*events.SessionFound)
		if (len(found.State) > 0) != known {
			t.Errorf("with the key known %t: a session of %d bytes", known, len(found.State))
		}
	}
}
