package netconn_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// foreign is a connection of crypto/tls that authenticators are made from: its
// exporter gives their keys.
type foreign struct {
	role  events.Role
	state tls.ConnectionState
}

func (f *foreign) AuthenticatorParameters() (*engine.AuthenticatorParameters, error) {
	return &engine.AuthenticatorParameters{
		Role: f.role, Hash: secrets.SHA256, MaxMessage: 1 << 16, Rand: testkit.Rand("foreign"),
		Schemes:     []messages.SignatureScheme{messages.ECDSASecp256r1SHA256, messages.Ed25519},
		SchemesCert: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256},
	}, nil
}

func (f *foreign) Export(label string, context []byte, length int) ([]byte, error) {
	return f.state.ExportKeyingMaterial(label, context, length)
}

// joinedToForeign is a connection to crypto/tls, which plays the other role, and the
// hello where this end is the server.
func joinedToForeign(t *testing.T, role events.Role, version messages.Version) (*netconn.Conn, *foreign, *events.ClientHello) {
	t.Helper()
	ours, theirs := transports(t)
	suite := messages.TLS_AES_128_GCM_SHA256
	if version == messages.TLS12 {
		suite = messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	}
	id := testkit.Server(testkit.P256)
	config := &tls.Config{
		MinVersion: uint16(version), MaxVersion: uint16(version), CipherSuites: []uint16{uint16(suite)},
		ServerName: testkit.ServerName, RootCAs: testkit.Roots(), Time: func() time.Time { return testkit.Now },
		Certificates: []tls.Certificate{{Certificate: id.Chain, PrivateKey: id.Key}},
	}
	var conn *netconn.Conn
	var err error
	their := tls.Client(theirs, config)
	cc, sc := clientConfig(), serverConfig()
	for _, common := range []*engine.Common{&cc.Common, &sc.Common} {
		common.MinVersion, common.MaxVersion = version, version
		common.CipherSuites = []messages.CipherSuite{suite}
	}
	if role == events.Client {
		their = tls.Server(theirs, config)
		conn, err = netconn.Client(ours, cc, clientAnswers())
	} else {
		conn, err = netconn.Server(ours, sc, serverAnswers(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authenticator.New(conn); err == nil {
		t.Error("there is a session before the handshake")
	}
	var hello *events.ClientHello
	conn.Observe(func(event events.Event) {
		if received, ok := event.(*events.PeerHelloReceived); ok {
			hello = received.Hello
		}
	})
	shakeForeign(t, conn, their)
	return conn, &foreign{role.Peer(), their.ConnectionState()}, hello
}

func shakeForeign(t *testing.T, ours *netconn.Conn, theirs *tls.Conn) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- theirs.Handshake() }()
	if err := ours.Handshake(); err != nil {
		t.Fatalf("our handshake: %v", err)
	}
	if err := <-done; err != nil {
		t.Fatalf("the handshake of crypto/tls: %v", err)
	}
}

// proves has one session answer another's request, or, for a nil one, make an
// authenticator for the hello; both by the ordinary answers.
func proves(t *testing.T, asks, shows *authenticator.Session, hello *events.ClientHello, id *testkit.Identity) (*authenticator.Identity, error) {
	t.Helper()
	var request, read *authenticator.Request
	var err error
	if hello != nil {
		read, err = shows.Spontaneous(hello, nil)
	} else if request, err = asks.Request(authenticator.Options{ServerName: nameFor(id)}); err == nil {
		read, err = shows.ReadRequest(request.Bytes())
	}
	if err != nil {
		return nil, err
	}
	shown := certificate(t, id)
	q := read.ChooseCredential()
	proof, err := shows.Answer(read, shown.Credential(q.Version))
	if err != nil {
		return nil, err
	}
	signature, err := id.Sign(proof.Sign().Scheme, proof.Sign().Content)
	if err != nil {
		return nil, err
	}
	made, err := proof.Finish(signature)
	if err != nil {
		return nil, err
	}
	claim, err := asks.Read(request, made)
	if err != nil {
		return nil, err
	}
	var verdict events.Answer
	if claim.VerifyPeer().Role == events.Client {
		verdict = (&answer.Client{Roots: testkit.Roots(), Name: testkit.ServerName}).Answer(testkit.Now, claim.VerifyPeer())
	} else {
		verdict = (&answer.Server{ClientRoots: testkit.Roots()}).Answer(testkit.Now, claim.VerifyPeer())
	}
	accepted, ok := verdict.(*events.PeerVerified)
	if !ok {
		return nil, fmt.Errorf("the chain was rejected: %v", verdict)
	}
	return claim.Verify(accepted.Key)
}

// nameFor is what a client asks a server to prove; a server asks for none.
func nameFor(id *testkit.Identity) string {
	if len(id.Certificate.DNSNames) == 0 {
		return ""
	}
	return testkit.ServerName
}

// crypto/tls has no authenticators, but the exporter that their keys come from: what
// is made from the one holds at the other, in both versions and both roles.
func TestAuthenticatorsGoByTheExporterThatCryptoTLSHasToo(t *testing.T) {
	for _, version := range []messages.Version{messages.TLS13, messages.TLS12} {
		for _, role := range []events.Role{events.Client, events.Server} {
			t.Run(fmt.Sprintf("%v, tacitls as %v", version, role), func(t *testing.T) {
				conn, their, hello := joinedToForeign(t, role, version)
				ours, err := authenticator.New(conn)
				if err != nil {
					t.Fatal(err)
				}
				theirs, err := authenticator.New(their)
				if err != nil {
					t.Fatal(err)
				}
				own, others := testkit.Server(testkit.Ed25519), testkit.Client(testkit.Ed25519)
				if role == events.Client {
					own, others = others, own
				}
				for what, prove := range map[string]func() (*authenticator.Identity, error){
					"tacitls shows one":    func() (*authenticator.Identity, error) { return proves(t, theirs, ours, nil, own) },
					"crypto/tls shows one": func() (*authenticator.Identity, error) { return proves(t, ours, theirs, nil, others) },
				} {
					if proved, err := prove(); err != nil || proved.Scheme != messages.Ed25519 {
						t.Errorf("%s: %+v, %v", what, proved, err)
					}
				}
				if role == events.Server {
					proved, err := proves(t, theirs, ours, hello, own)
					if err != nil || !bytes.Equal(proved.Chain[0], own.Chain[0]) {
						t.Errorf("of its own accord: %v", err)
					}
				}
			})
		}
	}
}

func TestAuthenticatorsAreMadeWhileDataIsRead(t *testing.T) {
	client, server := joined(t)
	echoed := mirrored(server)
	ours, err := authenticator.New(client)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := authenticator.New(server)
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan struct{})
	within(t, 10*time.Second, "data and authenticators at once", func() {
		go func() {
			defer close(written)
			for range 100 {
				if _, err := client.Write([]byte("data")); err != nil {
					t.Error(err)
				}
			}
		}()
		for range 20 {
			if _, err := proves(t, ours, theirs, nil, testkit.Server(testkit.P256)); err != nil {
				t.Error(err)
			}
		}
		read := make([]byte, 400)
		for n := 0; n < len(read); {
			more, err := client.Read(read[n:])
			if err != nil {
				t.Error(err)
				return
			}
			n += more
		}
		<-written // a Close in the midst of a Write has no room for close_notify
	})
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	<-echoed
	if _, err := theirs.Request(authenticator.Options{}); err != nil {
		t.Errorf("a session of a connection that was closed in order: %v", err)
	}
}
