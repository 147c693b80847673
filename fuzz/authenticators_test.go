package fuzz

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// Requests and authenticators come from whoever the application takes bytes from.
// Whatever they are, they are refused by name, or say something and can be answered;
// what is behind the right Finished, which only the other end of the connection can
// make, too.

// exporting is a connection in use, by role, and what stands around authenticators of
// its server.
type exporting struct {
	engines   map[events.Role]*engine.Engine
	context   []byte // what the transcript begins with
	finished  []byte // the key of the Finished
	presented *testkit.Identity
}

var exportingOnce = sync.OnceValue(func() *exporting {
	pair := testkit.NewPair("authenticators")
	pair.Client.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256}
	pair.Client.RequestOCSP = true
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		panic(err)
	}
	x := &exporting{
		engines:   map[events.Role]*engine.Engine{events.Client: p.Client.Engine, events.Server: p.Server.Engine},
		presented: testkit.Server(testkit.Ed25519),
	}
	for label, into := range map[string]*[]byte{"handshake context": &x.context, "finished key": &x.finished} {
		exported, err := p.Server.Engine.Export("EXPORTER-server authenticator "+label, []byte{}, sha256.Size)
		if err != nil {
			panic(err)
		}
		*into = exported
	}
	return x
})

// session is a new one of a role's, which remembers nothing.
func (x *exporting) session(role events.Role) *authenticator.Session {
	session, err := authenticator.New(x.engines[role])
	if err != nil {
		panic(err)
	}
	return session
}

// finish puts the right Finished behind what a server says.
func (x *exporting) finish(request, said []byte) []byte {
	sum := sha256.Sum256(slices.Concat(x.context, request, said))
	mac := hmac.New(sha256.New, x.finished)
	mac.Write(sum[:])
	return slices.Concat(said, []byte{byte(messages.TypeFinished), 0, 0, sha256.Size}, mac.Sum(nil))
}

// asked is the request of a client, the same each time.
func (x *exporting) asked(client *authenticator.Session) *authenticator.Request {
	request, err := client.Request(authenticator.Options{Context: []byte("asked"), RequestOCSP: true, RequestSCTs: true})
	if err != nil {
		panic(err)
	}
	return request
}

// answered is what a server says to it, without the Finished, and with a chain that
// has something stapled.
func (x *exporting) answered() []byte {
	client, server := x.session(events.Client), x.session(events.Server)
	read, err := server.ReadRequest(x.asked(client).Bytes())
	if err != nil {
		panic(err)
	}
	credential := x.presented.Credential()
	credential.OCSP, credential.SCTs = []byte("a response"), [][]byte{[]byte("a timestamp")}
	proof, err := server.Answer(read, credential)
	if err != nil {
		panic(err)
	}
	signature, err := x.presented.Sign(proof.Sign().Scheme, proof.Sign().Content)
	if err != nil {
		panic(err)
	}
	made, err := proof.Finish(signature)
	if err != nil {
		panic(err)
	}
	return made[:len(made)-messages.HandshakeHeaderLen-sha256.Size]
}

func FuzzAuthenticators(f *testing.F) {
	x := exportingOnce()
	for _, asking := range []events.Role{events.Client, events.Server} {
		request, err := x.session(asking).Request(authenticator.Options{
			Context: []byte("context"), Authorities: [][]byte{[]byte("authority")}, RequestOCSP: true, RequestSCTs: true,
			OIDFilters: []messages.OIDFilter{{OID: []byte{6, 1, 42}, Values: []byte{2}}},
		})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(asking), request.Bytes())
	}
	f.Add(uint8(2), x.answered())
	f.Add(uint8(3), x.answered())
	f.Add(uint8(2), []byte{})
	f.Fuzz(func(t *testing.T, what uint8, b []byte) {
		given := bytes.Clone(b)
		switch what % 4 {
		case 0, 1:
			x.readRequest(t, events.Role(what%4).Peer(), b)
		case 2, 3:
			x.read(t, what%4 == 2, b)
		}
		if !bytes.Equal(b, given) {
			t.Fatalf("%x was changed to %x", given, b)
		}
	})
}

// refused fails a test unless an error is of the catalogue.
func refused(t *testing.T, err error) {
	t.Helper()
	var refusal authenticator.Refusal
	if !errors.As(err, &refusal) || refusal.Name() == "" {
		t.Fatalf("no refusal: %v", err)
	}
}

// readRequest gives an end what is to be a request of its peer's, and answers it.
func (x *exporting) readRequest(t *testing.T, at events.Role, b []byte) {
	session := x.session(at)
	context, contextErr := session.Context(b)
	request, err := session.ReadRequest(b)
	if err != nil {
		refused(t, err)
		return
	}
	if contextErr != nil || !bytes.Equal(context, request.Options().Context) {
		t.Fatalf("its context is %x, or %x: %v", request.Options().Context, context, contextErr)
	}
	_, err = session.ReadRequest(b)
	refused(t, err)
	proof, err := session.Answer(request, x.presented.Credential())
	if err != nil {
		refused(t, err)
		if _, err := session.Decline(request); err != nil {
			t.Fatal(err)
		}
		return
	}
	if _, err := proof.Finish([]byte("signature")); err != nil {
		t.Fatal(err)
	}
}

// read gives a client what is to be an authenticator of its server's, as it is and
// with the right Finished.
func (x *exporting) read(t *testing.T, isAsked bool, b []byte) {
	client := x.session(events.Client)
	var request *authenticator.Request
	var raw []byte
	if isAsked {
		request = x.asked(client)
		raw = request.Bytes()
	}
	if _, err := client.Read(request, b); err == nil {
		t.Fatal("a Finished was made without the key")
	} else {
		refused(t, err)
	}
	claim, err := client.Read(request, x.finish(raw, b))
	if err != nil {
		refused(t, err)
		return
	}
	if len(claim.VerifyPeer().Chain) == 0 {
		t.Fatal("a claim without a chain")
	}
	proved, err := claim.Verify(x.presented.Key.Public())
	switch {
	case err != nil:
		refused(t, err)
	case !bytes.Equal(b, x.answered()):
		t.Fatalf("proved %+v by %x", proved, b)
	}
}
