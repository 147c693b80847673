package engine_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// quicEnd is an end of a handshake over QUIC, of whosever make. The link between
// two takes what one has to send and gives it to the other.
type quicEnd interface {
	start() error
	receive(level events.Level, b []byte) error
	// take gives what is to be sent.
	take() []pipe.Chunk
	record() *quicRecord
}

// quicRecord is what an end has told its transport.
type quicRecord struct {
	log        []string // in order: keys by level and direction, and facts
	secrets    map[string]string
	parameters string // of the peer
	completed  bool
	rejected   bool // early data
}

func (r *quicRecord) key(direction events.Direction, level events.Level, suite uint16, secret []byte) {
	name := fmt.Sprintf("%v %v", direction, level)
	r.log = append(r.log, name)
	if r.secrets == nil {
		r.secrets = map[string]string{}
	}
	r.secrets[name] = fmt.Sprintf("%04x %x", suite, secret)
}

// quicLink joins two ends.
type quicLink struct {
	ends [2]quicEnd // by role
	// shuffle, if there, puts what is under way into another order.
	shuffle func([]pipe.Chunk) []pipe.Chunk
}

// run starts both ends and goes on until nothing is under way.
func (l *quicLink) run() error {
	for _, end := range l.ends {
		if err := end.start(); err != nil {
			return err
		}
	}
	return l.settle()
}

func (l *quicLink) settle() error {
	for quiet := false; !quiet; {
		quiet = true
		for role := range l.ends {
			waiting := l.ends[role].take()
			if l.shuffle != nil {
				waiting = l.shuffle(waiting)
			}
			for _, chunk := range waiting {
				quiet = false
				if err := l.ends[1-role].receive(chunk.Level, chunk.Bytes); err != nil {
					return fmt.Errorf("%v: %w", events.Role(1-role), err)
				}
			}
		}
	}
	return nil
}

// ourQUIC is an engine.
type ourQUIC struct {
	quicRecord
	engine   *engine.Engine
	answers  *testkit.Answers
	out      events.Output
	chunks   []pipe.Chunk
	sessions []*events.Session
}

func newOurQUIC(t *testing.T, role events.Role, pair *testkit.Pair) *ourQUIC {
	t.Helper()
	var e *engine.Engine
	var err error
	end := &ourQUIC{}
	if role == events.Client {
		e, err = engine.NewQUICClient(&pair.Client)
		end.answers = pair.ClientAnswers
	} else {
		e, err = engine.NewQUICServer(&pair.Server)
		end.answers = pair.ServerAnswers
	}
	if err != nil {
		t.Fatal(err)
	}
	end.engine = e
	return end
}

func (o *ourQUIC) record() *quicRecord { return &o.quicRecord }

func (o *ourQUIC) take() []pipe.Chunk {
	chunks := o.chunks
	o.chunks = nil
	return chunks
}

func (o *ourQUIC) start() error { return o.do((*engine.Engine).Start) }

func (o *ourQUIC) receive(level events.Level, b []byte) error {
	return o.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.ReceiveCrypto(out, now, level, b)
	})
}

func (o *ourQUIC) do(call func(*engine.Engine, *events.Output, time.Time) error) error {
	err := call(o.engine, &o.out, testkit.Now)
	for event := range o.out.All() {
		switch event := event.(type) {
		case *events.Send:
			o.chunks = append(o.chunks, pipe.Chunk{Level: event.Level, Bytes: append([]byte(nil), event.Bytes...)})
		case *events.InstallKeys:
			o.key(event.Direction, event.Level, uint16(event.Suite), event.Secret.Bytes())
		case *events.TransportParametersReceived:
			o.parameters = string(event.Parameters)
		case *events.EarlyDataRejected:
			o.rejected = true
		case *events.HandshakeCompleted:
			o.completed = true
			o.log = append(o.log, "completed")
		case *events.TicketReceived:
			o.sessions = append(o.sessions, event.Session)
		case events.Question:
			if answer := o.answers.Answer(testkit.Now, event); answer != nil {
				if answered := o.engine.Answer(&o.out, testkit.Now, answer); answered != nil {
					err = answered
				}
			}
		}
	}
	o.out.Reset()
	return err
}

// theirQUIC is crypto/tls.
type theirQUIC struct {
	quicRecord
	conn   *tls.QUICConn
	server bool
	chunks []pipe.Chunk
	early  bool // tickets allow early data
}

func newTheirQUIC(role events.Role, config *tls.QUICConfig) *theirQUIC {
	if role == events.Client {
		return &theirQUIC{conn: tls.QUICClient(config)}
	}
	return &theirQUIC{conn: tls.QUICServer(config), server: true}
}

func (o *theirQUIC) record() *quicRecord { return &o.quicRecord }

func (o *theirQUIC) take() []pipe.Chunk {
	chunks := o.chunks
	o.chunks = nil
	return chunks
}

func (o *theirQUIC) start() error {
	if !o.server {
		o.conn.SetTransportParameters([]byte("parameters of the client"))
	}
	if err := o.conn.Start(context.Background()); err != nil {
		return err
	}
	return o.pump()
}

func (o *theirQUIC) receive(level events.Level, b []byte) error {
	if err := o.conn.HandleData(tls.QUICEncryptionLevel(level), b); err != nil {
		_ = o.pump()
		return err
	}
	return o.pump()
}

func (o *theirQUIC) pump() error {
	for {
		switch event := o.conn.NextEvent(); event.Kind {
		case tls.QUICNoEvent:
			return nil
		case tls.QUICSetReadSecret:
			o.key(events.Read, events.Level(event.Level), event.Suite, event.Data)
		case tls.QUICSetWriteSecret:
			o.key(events.Write, events.Level(event.Level), event.Suite, event.Data)
		case tls.QUICWriteData:
			o.chunks = append(o.chunks, pipe.Chunk{Level: events.Level(event.Level), Bytes: append([]byte(nil), event.Data...)})
		case tls.QUICTransportParameters:
			o.parameters = string(event.Data)
		case tls.QUICTransportParametersRequired:
			o.conn.SetTransportParameters([]byte("parameters of the server"))
		case tls.QUICRejectedEarlyData:
			o.rejected = true
		case tls.QUICHandshakeDone:
			o.completed = true
			o.log = append(o.log, "completed")
			if o.server {
				if err := o.conn.SendSessionTicket(tls.QUICSessionTicketOptions{EarlyData: o.early}); err != nil {
					return err
				}
			}
		case tls.QUICErrorEvent:
			return event.Err
		}
	}
}

// standardQUIC is a connection between tacitls and crypto/tls over QUIC in the making.
type standardQUIC struct {
	*standard
	early bool
}

func inBothRolesOverQUIC(t *testing.T, test func(s *standardQUIC)) {
	inBothRoles(t, func(s *standard) {
		s.config.NextProtos = []string{"h3"}
		s.pair.Client.ALPN, s.pair.Server.ALPN = []string{"h3"}, []string{"h3"}
		test(&standardQUIC{standard: s})
	})
}

// link makes both ends and the link between them.
func (s *standardQUIC) link() (*quicLink, *ourQUIC, *theirQUIC) {
	s.t.Helper()
	ours := newOurQUIC(s.t, s.role, s.pair)
	theirs := newTheirQUIC(s.role.Peer(), &tls.QUICConfig{TLSConfig: s.config})
	theirs.early = s.early
	l := &quicLink{}
	l.ends[s.role], l.ends[s.role.Peer()] = ours, theirs
	return l, ours, theirs
}

// connect shakes hands and compares what both ends have come to.
func (s *standardQUIC) connect() (*ourQUIC, *theirQUIC) {
	s.t.Helper()
	l, ours, theirs := s.link()
	if err := l.run(); err != nil {
		s.t.Fatal(err)
	}
	wantSameKeys(s.t, l)
	state := theirs.conn.ConnectionState()
	s.wantSameExporter(&endpoint{engine: ours.engine}, state)
	c := ours.engine.Connection()
	if c.ALPN != state.NegotiatedProtocol || c.Resumed != state.DidResume || uint16(c.CipherSuite) != state.CipherSuite ||
		tls.CurveID(c.Group) != state.CurveID {
		s.t.Errorf("tacitls has %+v, crypto/tls %+v", c, state)
	}
	return ours, theirs
}

// wantSameKeys compares the secrets of both ends, level by level, and that both
// are done.
func wantSameKeys(t *testing.T, l *quicLink) {
	t.Helper()
	client, server := l.ends[events.Client].record(), l.ends[events.Server].record()
	if !client.completed || !server.completed {
		t.Fatalf("completed: client %t, server %t", client.completed, server.completed)
	}
	for _, level := range []events.Level{events.EarlyData, events.Handshake, events.Application} {
		for _, direction := range []events.Direction{events.Read, events.Write} {
			ours := client.secrets[fmt.Sprintf("%v %v", direction, level)]
			theirs := server.secrets[fmt.Sprintf("%v %v", 1-direction, level)]
			if level == events.EarlyData && theirs == "" {
				continue // offered and not taken
			}
			if ours != theirs {
				t.Errorf("%v, the client's %v: %s, the server's %s", level, direction, ours, theirs)
			}
		}
	}
	if client.parameters != "parameters of the server" || server.parameters != "parameters of the client" {
		t.Errorf("parameters: the client has %q, the server %q", client.parameters, server.parameters)
	}
}

var quicSuites = []messages.CipherSuite{
	messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
}
