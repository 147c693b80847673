package quic_test

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// pair is a client and a server of this package.
func pair(t testing.TB, seed string) (client, server *stack) {
	return ours(events.Client, quic.QUICClient(clientConfig(seed))), ours(events.Server, quic.QUICServer(serverConfig(t, seed)))
}

// own is the QUICConn of a stack of this package.
func (s *stack) own() *quic.QUICConn { return s.conn.(*quic.QUICConn) }

func TestHandshakeDataMayComeInAnyPieces(t *testing.T) {
	client, server := pair(t, "pieces")
	for _, s := range []*stack{server, client} {
		if err := s.start(); err != nil {
			t.Fatal(err)
		}
	}
	for len(client.outgoing)+len(server.outgoing) > 0 {
		for _, way := range [][2]*stack{{client, server}, {server, client}} {
			waiting := way[0].outgoing
			way[0].outgoing = nil
			for _, c := range waiting {
				for i := range c.bytes {
					if err := way[1].receive(chunk{c.level, c.bytes[i : i+1]}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	wantAgreement(t, client, server)
}

// The parameters may be set at any time: before Start, or when they are asked for, or
// long after that, and to nothing at all.
func TestParametersMayBeSetLateAndEmpty(t *testing.T) {
	for _, parameters := range []string{"parameters", ""} {
		client, server := quic.QUICClient(clientConfig("late")), quic.QUICServer(serverConfig(t, "late"))
		for _, c := range []*quic.QUICConn{client, server} {
			if err := c.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		wantKinds(t, "a client that is asked", client, quic.QUICTransportParametersRequired)
		wantKinds(t, "and asked once", client)
		client.SetTransportParameters([]byte(parameters))
		hello := wantKinds(t, "a client that has parameters", client, quic.QUICWriteData)[0]
		if err := server.HandleData(hello.Level, hello.Data); err != nil {
			t.Fatal(err)
		}
		first := wantKinds(t, "a server that is asked", server, quic.QUICTransportParameters, quic.QUICWriteData,
			quic.QUICSetWriteSecret, quic.QUICSetReadSecret, quic.QUICTransportParametersRequired)
		if got := first[0].Data; got == nil || string(got) != parameters {
			t.Errorf("the server hears %q", got)
		}
		server.SetTransportParameters(nil)
		second := wantKinds(t, "a server that has them", server, quic.QUICWriteData, quic.QUICSetWriteSecret)
		for _, data := range []quic.QUICEvent{first[1], second[0]} {
			if err := client.HandleData(data.Level, data.Data); err != nil {
				t.Fatal(err)
			}
		}
		got := wantKinds(t, "the client", client, quic.QUICSetWriteSecret, quic.QUICSetReadSecret, quic.QUICTransportParameters,
			quic.QUICWriteData, quic.QUICSetWriteSecret, quic.QUICHandshakeDone, quic.QUICSetReadSecret)
		if data := got[2].Data; data == nil || len(data) != 0 {
			t.Errorf("the client hears %q", data)
		}
	}
}

// wantKinds takes all events there are, and compares their kinds.
func wantKinds(t *testing.T, who string, c *quic.QUICConn, want ...quic.QUICEventKind) []quic.QUICEvent {
	t.Helper()
	var all []quic.QUICEvent
	var kinds []quic.QUICEventKind
	for e := c.NextEvent(); e.Kind != quic.QUICNoEvent; e = c.NextEvent() {
		all, kinds = append(all, e), append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, want) {
		t.Fatalf("%s has events %v, want %v", who, kinds, want)
	}
	return all
}

func TestTheDataOfAnEventIsTheStacksOwn(t *testing.T) {
	client, server := pair(t, "own")
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	send := func() quic.QUICEvent {
		if err := server.SendSessionTicket(quic.QUICSessionTicketOptions{}); err != nil {
			t.Fatal(err)
		}
		return wantKinds(t, "the server", server.own(), quic.QUICWriteData)[0]
	}
	first := send()
	before := slices.Clone(first.Data)
	for range 3 {
		other := send()
		clear(other.Data)
	}
	if !slices.Equal(first.Data, before) {
		t.Error("the data has changed since")
	}
}

func TestKeysAreDiscardedWhereTheStackWantsToKnow(t *testing.T) {
	clientSide, serverSide := clientConfig("keys"), serverConfig(t, "keys")
	clientSide.EnableKeyEvents, serverSide.EnableKeyEvents = true, true
	var last *stack
	for range 2 {
		client, server := ours(events.Client, quic.QUICClient(clientSide)), ours(events.Server, quic.QUICServer(serverSide))
		server.ticket = &quic.QUICSessionTicketOptions{EarlyData: true}
		if err := client.own().ConfirmHandshake(); !errors.Is(err, alertOf(messages.AlertInternalError)) {
			t.Errorf("before Start: %v", err)
		}
		if err := connect(client, server); err != nil {
			t.Fatal(err)
		}
		if want := []string{"discard Initial", "read Application"}; !inOrder(server.log, append(want, "confirmed", "discard Handshake")) {
			t.Errorf("the server says %q", server.log)
		}
		for range 2 {
			if err := client.own().ConfirmHandshake(); err != nil {
				t.Fatal(err)
			}
			if err := client.drain(); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(strings.Join(client.log, ","), "confirmed,discard Handshake"); got != 1 {
			t.Errorf("the client says %q", client.log)
		}
		last = client
	}
	if !inOrder(last.log, []string{"write Early", "early data accepted", "write Application", "discard Early", "done"}) {
		t.Errorf("the client of 0-RTT says %q", last.log)
	}
}

// alertOf is an alert as crypto/tls has it.
func alertOf(a messages.Alert) quic.AlertError { return quic.AlertError(a) }

// inOrder tells whether a log has some lines in an order, others between them.
func inOrder(log, want []string) bool {
	for _, line := range log {
		if len(want) > 0 && line == want[0] {
			want = want[1:]
		}
	}
	return len(want) == 0
}

// A config that an answer chooses is made ready as the first was: with entropy, and
// without tickets that nobody asks for.
func TestAChosenConfigIsMadeReady(t *testing.T) {
	config := serverConfig(t, "chosen")
	config.Server.ChooseConfig = true
	chosen := &engine.ServerConfig{Common: engine.Common{ALPN: []string{"h3"}, Groups: config.Server.Groups}}
	config.Answers.(*answer.Server).Config = func(*events.ClientHello) (events.ServerConfig, error) { return chosen, nil }
	client, server := ours(events.Client, quic.QUICClient(clientConfig("chosen"))), ours(events.Server, quic.QUICServer(config))
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	wantAgreement(t, client, server)
	if chosen.Rand != nil || slices.Contains(server.log, "data Application") {
		t.Errorf("the config has been changed, or a ticket sent: %q", server.log)
	}
}

func TestEntropyIsThatOfTheSystemWhereThereIsNone(t *testing.T) {
	clientSide, serverSide := clientConfig("system"), serverConfig(t, "system")
	clientSide.Client.Rand, serverSide.Server.Rand = nil, nil
	var hellos [2]string
	for i := range hellos {
		client, server := ours(events.Client, quic.QUICClient(clientSide)), ours(events.Server, quic.QUICServer(serverSide))
		if err := connect(client, server); err != nil {
			t.Fatal(err)
		}
		hellos[i] = client.secrets["write Application"]
	}
	if hellos[0] == hellos[1] {
		t.Error("two connections have the same secrets")
	}
}

func TestBothEndsExportTheSame(t *testing.T) {
	client, server := pair(t, "export")
	for what, export := range map[string]func(c *quic.QUICConn) ([]byte, error){
		"material": func(c *quic.QUICConn) ([]byte, error) { return c.Export("EXPERIMENTAL", nil, 20) },
		"binding":  (*quic.QUICConn).TLSExporter,
		"early":    func(c *quic.QUICConn) ([]byte, error) { return c.ExportEarly("EXPERIMENTAL", nil, 20) },
	} {
		if _, err := export(client.own()); !errors.Is(err, engine.ErrNotReady) {
			t.Errorf("%s before Start: %v", what, err)
		}
	}
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	for what, export := range map[string]func(c *quic.QUICConn) ([]byte, error){
		"material": func(c *quic.QUICConn) ([]byte, error) { return c.Export("EXPERIMENTAL", nil, 20) },
		"binding":  (*quic.QUICConn).TLSExporter,
	} {
		a, errA := export(client.own())
		z, errZ := export(server.own())
		if errA != nil || errZ != nil || string(a) != string(z) || len(a) == 0 {
			t.Errorf("%s: %x, %v and %x, %v", what, a, errA, z, errZ)
		}
	}
}

func TestTheStateOfAConnectionGrows(t *testing.T) {
	client, server := pair(t, "state")
	if got := client.ConnectionState(); got.Version != 0 || got.HandshakeComplete || client.own().State().Role != events.Client {
		t.Errorf("before Start: %+v", got)
	}
	for _, s := range []*stack{server, client} {
		if err := s.start(); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.receive(client.outgoing[0]); err != nil {
		t.Fatal(err)
	}
	half := server.ConnectionState()
	if half.NegotiatedProtocol != "h3" || half.HandshakeComplete || half.ServerName != testkit.ServerName {
		t.Errorf("after the hello: %+v", half)
	}
	client.outgoing = nil
	if err := settle(client, server); err != nil {
		t.Fatal(err)
	}
	state := client.ConnectionState()
	if state.Version != tls.VersionTLS13 || !state.HandshakeComplete || len(state.VerifiedChains) != 1 || len(state.PeerCertificates) != 1 {
		t.Errorf("in the end: %+v", state)
	}
}

func TestAnObserverSeesTheSecretsForAKeyLog(t *testing.T) {
	config := clientConfig("key log")
	config.Client.KeyLog = true
	var labels []string
	config.Observe = func(e events.Event) {
		if secret, ok := e.(*events.SecretDerived); ok {
			labels = append(labels, secret.Label)
		}
	}
	client, server := ours(events.Client, quic.QUICClient(config)), ours(events.Server, quic.QUICServer(serverConfig(t, "key log")))
	if err := connect(client, server); err != nil {
		t.Fatal(err)
	}
	if !inOrder(labels, []string{"SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET"}) {
		t.Errorf("the labels are %q", labels)
	}
}
