package netconn_test

import (
	"crypto/tls"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// legacy is a client that allows TLS 1.2 and a server that has nothing else.
func legacy() (*engine.ClientConfig, *engine.ServerConfig) {
	client, server := clientConfig(), serverConfig()
	client.MinVersion, server.MaxVersion = messages.TLS12, messages.TLS12
	return client, server
}

// connectLegacy makes a connection that has shaken hands.
func connectLegacy(t *testing.T, cc *engine.ClientConfig, sc *engine.ServerConfig, ca *answer.Client, sa *answer.Server) (client, server *netconn.Conn) {
	t.Helper()
	clientTransport, serverTransport := transports(t)
	client, err := netconn.Client(clientTransport, cc, ca)
	if err != nil {
		t.Fatal(err)
	}
	server, err = netconn.Server(serverTransport, sc, sa)
	if err != nil {
		t.Fatal(err)
	}
	shake(t, client, server)
	return client, server
}

func TestSessionsOfTLS12AreResumedByTicketAndByIdentifier(t *testing.T) {
	for name, byID := range map[string]bool{"by ticket": false, "by identifier": true} {
		t.Run(name, func(t *testing.T) {
			ca, sa := clientAnswers(), serverAnswers(t)
			ca.Sessions, sa.Sessions = &answer.Sessions{}, &answer.SessionCache{}
			for connection, wantResumed := range []bool{false, true, true} {
				cc, sc := legacy()
				sc.Sessions, sc.NoTickets = byID, byID
				client, server := connectLegacy(t, cc, sc, ca, sa)
				for _, c := range []*netconn.Conn{client, server} {
					state := c.ConnectionState()
					if state.Version != tls.VersionTLS12 || state.DidResume != wantResumed || !state.HandshakeComplete {
						t.Errorf("connection %d: %x, resumed %t", connection, state.Version, state.DidResume)
					}
				}
				state := client.ConnectionState()
				if len(state.PeerCertificates) != 1 || (len(state.VerifiedChains) == 0) != wantResumed {
					t.Errorf("connection %d: chains %v, %v", connection, state.PeerCertificates, state.VerifiedChains)
				}
				if tls.CipherSuiteName(state.CipherSuite) != "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" || state.CurveID != tls.X25519 {
					t.Errorf("connection %d: %x, %v", connection, state.CipherSuite, state.CurveID)
				}
				wantWrite(t, "to the client", server, "data")
				wantRead(t, "from the server", client, "data")
				wantWrite(t, "to the server", client, "data")
				wantRead(t, "from the client", server, "data")
				client.Close()
				server.Close()
				if ca.Sessions.Len() != 1 || byID != (sa.Sessions.Len() == 1) {
					t.Errorf("connection %d: the ends keep %d and %d sessions", connection, ca.Sessions.Len(), sa.Sessions.Len())
				}
			}
		})
	}
}

// covers 5246/7.2/1 5246/7.2.2/1 5246/7.2.2/2
func TestASessionOfAFailedConnectionIsForgotten(t *testing.T) {
	ca, sa := clientAnswers(), serverAnswers(t)
	sa.Sessions = &answer.SessionCache{}
	cc, sc := legacy()
	sc.Sessions, sc.NoTickets = true, true
	client, server := connectLegacy(t, cc, sc, ca, sa)
	if sa.Sessions.Len() != 1 {
		t.Fatalf("%d sessions are kept", sa.Sessions.Len())
	}
	wantWrite(t, "a record that nobody protected", client.NetConn(), string([]byte{23, 3, 3, 0, 1, 0}))
	if _, err := server.Read(make([]byte, 1)); err == nil {
		t.Error("reading goes on")
	}
	if sa.Sessions.Len() != 0 {
		t.Errorf("%d sessions are kept after a failure", sa.Sessions.Len())
	}
	client.Close()
	server.Close()
}

// covers 8422/5.3/4 5246/7.4.2/13
func TestTheCertificateOfTLS12IsOnACurveOfTheClients(t *testing.T) {
	ca, sa := clientAnswers(), serverAnswers(t)
	sa.Certificates = append(sa.Certificates, certificate(t, testkit.Server(testkit.RSA)))
	cc, sc := legacy()
	cc.Groups = []messages.Group{messages.X25519}
	client, server := connectLegacy(t, cc, sc, ca, sa)
	if got := client.ConnectionState().PeerCertificates[0]; !got.Equal(testkit.Server(testkit.RSA).Certificate) {
		t.Errorf("the certificate has a key of kind %v", got.PublicKeyAlgorithm)
	}
	client.Close()
	server.Close()
}

// covers 8422/5.1/3 8422/5.3/4
func TestTheClientsCurvesAreForTheKeyExchangeAndForTheCertificate(t *testing.T) {
	for want, groups := range map[string][]messages.Group{
		testkit.P384: {messages.X25519, messages.Secp384r1},
		testkit.P521: {messages.Secp521r1, messages.X25519},
		testkit.P256: {messages.Secp256r1},
	} {
		ca, sa := clientAnswers(), serverAnswers(t)
		sa.Certificates = nil
		for _, kind := range []string{testkit.P256, testkit.P384, testkit.P521} {
			sa.Certificates = append(sa.Certificates, certificate(t, testkit.Server(kind)))
		}
		cc, sc := legacy()
		cc.Groups, sc.Groups = groups, []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1}
		client, server := connectLegacy(t, cc, sc, ca, sa)
		state := client.ConnectionState()
		if !state.PeerCertificates[0].Equal(testkit.Server(want).Certificate) {
			t.Errorf("of the curves %v the certificate has another than %s", groups, want)
		}
		if exchange := messages.Group(state.CurveID); !slices.Contains(groups, exchange) || (exchange == messages.X25519) != (len(groups) == 2) {
			t.Errorf("of the curves %v the key exchange has %v", groups, exchange)
		}
		client.Close()
		server.Close()
	}
}
