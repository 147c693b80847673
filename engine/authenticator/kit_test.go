package authenticator_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"hash"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// end is one end of a connection in use, with its session.
type end struct {
	role    events.Role
	engine  *engine.Engine
	session *authenticator.Session
}

// ends are both.
type ends struct {
	client, server *end
	// hello is what the client said.
	hello *events.ClientHello
	pipe  *pipe.Pipe
}

// versions are those that have authenticators.
var versions = []messages.Version{messages.TLS13, messages.TLS12}

// pairIn is a pair that agrees on a version, with groups that cost little.
func pairIn(version messages.Version, seed string) *testkit.Pair {
	pair := testkit.NewPair(seed)
	for _, common := range []*engine.Common{&pair.Client.Common, &pair.Server.Common} {
		common.MinVersion, common.MaxVersion = version, version
		common.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	}
	return pair
}

// connect has a pair shake hands.
func connect(t testing.TB, pair *testkit.Pair) *ends {
	t.Helper()
	c := &ends{pipe: pair.Join()}
	c.pipe.Observe = func(_ events.Role, event events.Event) {
		if received, ok := event.(*events.PeerHelloReceived); ok && received.Hello != nil {
			c.hello = received.Hello
		}
	}
	if err := c.pipe.Handshake(); err != nil {
		t.Fatalf("the handshake: %v", err)
	}
	c.client, c.server = newEnd(t, events.Client, c.pipe.Client.Engine), newEnd(t, events.Server, c.pipe.Server.Engine)
	return c
}

func newEnd(t testing.TB, role events.Role, e *engine.Engine) *end {
	t.Helper()
	session, err := authenticator.New(e)
	if err != nil {
		t.Fatalf("the %v's session: %v", role, err)
	}
	return &end{role, e, session}
}

// connected is a plain connection of a version.
func connected(t testing.TB, version messages.Version, seed string) *ends {
	t.Helper()
	return connect(t, pairIn(version, seed))
}

// end is that of a role.
func (c *ends) end(role events.Role) *end {
	if role == events.Client {
		return c.client
	}
	return c.server
}

// identity is one of a role's, other than a handshake of these tests shows.
func identity(role events.Role, kind string) *testkit.Identity {
	if role == events.Client {
		return testkit.Client(kind)
	}
	return testkit.Server(kind)
}

// must gives a value that has to be there.
func must[T any](value T, err error) func(t testing.TB, why string) T {
	return func(t testing.TB, why string) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", why, err)
		}
		return value
	}
}

// wantRefusal fails a test unless an error is the one of the catalogue, or misuse.
func wantRefusal(t testing.TB, why string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", why, err, want)
	}
}

// ask makes a request and has the peer read it.
func (c *ends) ask(t testing.TB, from events.Role, options authenticator.Options) (request, read *authenticator.Request) {
	t.Helper()
	request = must(c.end(from).session.Request(options))(t, "the request is made")
	read = must(c.end(from.Peer()).session.ReadRequest(request.Bytes()))(t, "the request is read")
	return request, read
}

// answer answers a request with an identity.
func (e *end) answer(t testing.TB, request *authenticator.Request, id *testkit.Identity) []byte {
	t.Helper()
	return e.answerWith(t, request, id.Credential())
}

// answerWith does so with a credential of an identity's.
func (e *end) answerWith(t testing.TB, request *authenticator.Request, credential *events.Credential) []byte {
	t.Helper()
	proof := must(e.session.Answer(request, credential))(t, "the answer begins")
	return must(proof.Finish(sign(t, proof.Sign())))(t, "the answer ends")
}

// sign answers the question for a signature.
func sign(t testing.TB, q *events.Sign) []byte {
	t.Helper()
	return must(q.Credential.Key.(*testkit.Identity).Sign(q.Scheme, q.Content))(t, "the identity signs")
}

// keyOf is the key of the certificate that a claim shows.
func keyOf(t testing.TB, claim *authenticator.Claim) crypto.PublicKey {
	t.Helper()
	certificate := must(x509.ParseCertificate(claim.VerifyPeer().Chain[0]))(t, "the certificate parses")
	return must(testkit.PublicKey(certificate.RawSubjectPublicKeyInfo))(t, "the key parses")
}

// verify reads an authenticator and verifies its claim.
func (e *end) verify(t testing.TB, request *authenticator.Request, answer []byte) (*authenticator.Identity, error) {
	t.Helper()
	claim, err := e.session.Read(request, answer)
	if err != nil {
		return nil, err
	}
	return claim.Verify(keyOf(t, claim))
}

// reference makes the parts of authenticators by the formulas of RFC 9261, step by
// step from HMAC and the exporter alone.
type reference struct {
	of                func() hash.Hash
	context, finished []byte
}

// referenceOf is for what a role sends over a connection.
func referenceOf(t testing.TB, e *engine.Engine, sender events.Role) *reference {
	t.Helper()
	r := &reference{of: sha256.New}
	if suite := e.Connection().CipherSuite; suite == messages.TLS_AES_256_GCM_SHA384 || suite == messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 {
		r.of = sha512.New384
	}
	export := func(what string) []byte {
		label := "EXPORTER-client authenticator " + what
		if sender == events.Server {
			label = "EXPORTER-server authenticator " + what
		}
		return must(e.Export(label, []byte{}, r.of().Size()))(t, "the exporter gives its share")
	}
	r.context, r.finished = export("handshake context"), export("finished key")
	return r
}

// hash is Hash(Handshake Context || parts).
func (r *reference) hash(parts ...[]byte) []byte {
	running := r.of()
	running.Write(r.context)
	for _, part := range parts {
		running.Write(part)
	}
	return running.Sum(nil)
}

// content is what the signature is over.
func (r *reference) content(request, certificate []byte) []byte {
	content := slices.Repeat([]byte{0x20}, 64)
	content = append(content, "Exported Authenticator\x00"...)
	return append(content, r.hash(request, certificate)...)
}

// finish is the Finished message behind some parts.
func (r *reference) finish(parts ...[]byte) []byte {
	mac := hmac.New(r.of, r.finished)
	mac.Write(r.hash(parts...))
	return message(messages.TypeFinished, mac.Sum(nil))
}

// message puts the header before a body.
func message(kind messages.HandshakeType, body []byte) []byte {
	return append([]byte{byte(kind), byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// written is a message as bytes.
func written(t testing.TB, m messages.Message) []byte {
	t.Helper()
	return must(messages.Append(nil, m))(t, "the message is written")
}

// make makes a whole authenticator of any parts. A scheme that the identity's key does
// not have is but named, and another signs.
func (r *reference) make(t testing.TB, request []byte, m *messages.Certificate13, scheme messages.SignatureScheme, id *testkit.Identity) []byte {
	t.Helper()
	certificate := written(t, m)
	signing := scheme
	if !slices.Contains(id.CredentialIn(messages.TLS12).Schemes, scheme) {
		signing = id.Credential().Schemes[0]
	}
	signature := must(id.Sign(signing, r.content(request, certificate)))(t, "the identity signs")
	proof := written(t, &messages.CertificateVerify{Scheme: scheme, Signature: signature})
	return slices.Concat(certificate, proof, r.finish(request, certificate, proof))
}

// chainOf is a Certificate message of an identity's.
func chainOf(context []byte, id *testkit.Identity) *messages.Certificate13 {
	m := &messages.Certificate13{Context: context}
	for _, der := range id.Chain {
		m.Entries = append(m.Entries, messages.CertificateEntry{Data: der})
	}
	return m
}
