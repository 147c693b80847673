package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// quicOffence is one way to be refused over QUIC. Its sentence says what the
// offender does.
type quicOffence struct {
	sentence string
	refusal  string
	code     uint64 // of the QUIC connection error
	by       events.Role
	pair     func(p *testkit.Pair)
	// change rewrites what an end has under way to the refuser: nil leaves it.
	change func(chunk pipe.Chunk) []pipe.Chunk
}

// rewrite changes the first message of type T that a chunk begins with.
func rewrite[T any, M interface {
	*T
	messages.Message
}](change func(m M)) func(pipe.Chunk) []pipe.Chunk {
	return func(chunk pipe.Chunk) []pipe.Chunk {
		kind, size, ok := messages.ParseHandshakeHeader(chunk.Bytes)
		if !ok || kind != M(new(T)).Type() {
			return []pipe.Chunk{chunk}
		}
		size += messages.HandshakeHeaderLen
		m := forge.Decode[T, M](chunk.Bytes[:size])
		change(m)
		raw, err := messages.Append(nil, m)
		if err != nil {
			panic(err)
		}
		return []pipe.Chunk{{Level: chunk.Level, Bytes: append(raw, chunk.Bytes[size:]...)}}
	}
}

// behind sends more after the first chunk of a level.
func behind(at events.Level, more ...pipe.Chunk) func(pipe.Chunk) []pipe.Chunk {
	return func(chunk pipe.Chunk) []pipe.Chunk {
		if chunk.Level != at {
			return []pipe.Chunk{chunk}
		}
		return append([]pipe.Chunk{chunk}, more...)
	}
}

func raw(m messages.Message) []byte {
	b, err := messages.Append(nil, m)
	if err != nil {
		panic(err)
	}
	return b
}

const (
	protocolViolation    = 0x0a
	cryptoBufferExceeded = 0x0d
	cryptoError          = 0x100
)

func quicOffences() []quicOffence {
	alert := func(a messages.Alert) uint64 { return cryptoError + uint64(a) }
	request := raw(&messages.CertificateRequest13{Extensions: messages.Extensions{List: []messages.Extension{
		forge.Body(&messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{messages.Ed25519}}),
	}}})
	return []quicOffence{
		// covers 9001/6/2
		{
			sentence: "a server sends KeyUpdate", refusal: "unexpected_message", code: alert(messages.AlertUnexpectedMessage), by: events.Client,
			change: behind(events.Application, pipe.Chunk{Level: events.Application, Bytes: raw(&messages.KeyUpdate{})}),
		},
		{
			sentence: "a client sends KeyUpdate", refusal: "unexpected_message", code: alert(messages.AlertUnexpectedMessage), by: events.Server,
			change: behind(events.Handshake, pipe.Chunk{Level: events.Application, Bytes: raw(&messages.KeyUpdate{})}),
		},
		// covers 9001/4.4/3
		{
			sentence: "a server asks for a certificate after the handshake", refusal: "later_request_over_quic", code: protocolViolation, by: events.Client,
			change: behind(events.Application, pipe.Chunk{Level: events.Application, Bytes: request}),
		},
		{
			sentence: "a server sends hundreds of tickets", refusal: "too_many_tickets", code: alert(messages.AlertUnexpectedMessage), by: events.Client,
			change: behind(events.Application, pipe.Chunk{
				Level: events.Application, Bytes: bytes.Repeat(raw(&messages.NewSessionTicket13{Ticket: []byte("t")}), 256),
			}),
		},
		// covers 9001/4.6.1/2
		{
			sentence: "a ticket limits early data", refusal: "early_data_limit_over_quic", code: protocolViolation, by: events.Client,
			change: rewrite(func(m *messages.NewSessionTicket13) {
				forge.Set(&m.Extensions, &messages.EarlyDataLimit{MaxSize: 1000})
			}),
		},
		// covers 9001/8.2/1
		{
			sentence: "a client has no transport parameters", refusal: "missing_extension", code: alert(messages.AlertMissingExtension), by: events.Server,
			change: rewrite(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionQUICTransportParameters) }),
		},
		{
			sentence: "a server has no transport parameters", refusal: "missing_extension", code: alert(messages.AlertMissingExtension), by: events.Client,
			change: rewrite(func(m *messages.EncryptedExtensions) {
				m.Extensions.Remove(messages.ExtensionQUICTransportParameters)
			}),
		},
		{
			sentence: "a client knows the parameters of the drafts alone", refusal: "missing_extension", code: alert(messages.AlertMissingExtension), by: events.Server,
			pair: func(p *testkit.Pair) { p.Client.DraftParameters = true },
		},
		{
			sentence: "a client has too many transport parameters", refusal: "parameters_too_large", code: alert(messages.AlertDecodeError), by: events.Server,
			change: rewrite(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.QUICTransportParameters{Parameters: make([]byte, events.MaxTransportParameters+1)})
			}),
		},
		// covers 9001/8.1/2 9001/8.1/5
		{
			sentence: "a client offers other protocols", refusal: "no_application_protocol", code: alert(messages.AlertNoApplicationProtocol), by: events.Server,
			pair: func(p *testkit.Pair) { p.Client.ALPN = []string{"another"} },
		},
		{
			sentence: "a client offers no protocol", refusal: "no_application_protocol", code: alert(messages.AlertNoApplicationProtocol), by: events.Server,
			change: rewrite(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionALPN) }),
		},
		// covers 9001/8.1/3 9001/8.1/6
		{
			sentence: "a server chooses no protocol", refusal: "no_application_protocol", code: alert(messages.AlertNoApplicationProtocol), by: events.Client,
			change: rewrite(func(m *messages.EncryptedExtensions) { m.Extensions.Remove(messages.ExtensionALPN) }),
		},
		// covers 9001/8.4/1
		{
			sentence: "a client has a session identifier", refusal: "session_id_over_quic", code: protocolViolation, by: events.Server,
			change: rewrite(func(m *messages.ClientHello) { m.SessionID = make([]byte, 32) }),
		},
		// covers 9001/4.2/2
		{
			sentence: "a client offers TLS 1.2 alone", refusal: "no_mutual_version", code: alert(messages.AlertProtocolVersion), by: events.Server,
			change: rewrite(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionSupportedVersions) }),
		},
		{
			sentence: "a server chooses TLS 1.2", refusal: "no_mutual_version", code: alert(messages.AlertProtocolVersion), by: events.Client,
			change: rewrite(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionSupportedVersions) }),
		},
		{
			sentence: "a client falls back to less than there is", refusal: "inappropriate_fallback", code: alert(messages.AlertInappropriateFallback), by: events.Server,
			change: rewrite(func(m *messages.ClientHello) {
				m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_FALLBACK_SCSV)
				m.Extensions.Remove(messages.ExtensionSupportedVersions)
			}),
		},
		// covers 9001/8.3/2
		{
			sentence: "a client sends handshake bytes among early data", refusal: "crypto_at_wrong_level", code: protocolViolation, by: events.Server,
			change: behind(events.Initial, pipe.Chunk{Level: events.EarlyData, Bytes: []byte{1}}),
		},
		// covers 9001/8.3/1
		{
			sentence: "a client ends early data", refusal: "unexpected_message", code: alert(messages.AlertUnexpectedMessage), by: events.Server,
			change: func(chunk pipe.Chunk) []pipe.Chunk {
				if chunk.Level == events.Handshake {
					chunk.Bytes = append(raw(&messages.EndOfEarlyData{}), chunk.Bytes...)
				}
				return []pipe.Chunk{chunk}
			},
		},
		// covers 9001/4.1.3/1 9001/4.1.3/2
		{
			sentence: "a server goes on at a level that is done with", refusal: "crypto_at_wrong_level", code: protocolViolation, by: events.Client,
			change: behind(events.Handshake, pipe.Chunk{Level: events.Initial, Bytes: []byte{0}}),
		},
		// covers 9001/4.1.3/3
		{
			sentence: "a server leaves bytes behind when the level changes", refusal: "key_change_in_record", code: protocolViolation, by: events.Client,
			change: func(chunk pipe.Chunk) []pipe.Chunk {
				if chunk.Level == events.Initial {
					chunk.Bytes = append(slices.Clone(chunk.Bytes), 8)
				}
				return []pipe.Chunk{chunk}
			},
		},
		{
			sentence: "a client sends more than is kept", refusal: "too_much_crypto", code: cryptoBufferExceeded, by: events.Server,
			change: behind(events.Initial, pipe.Chunk{Level: events.Application, Bytes: make([]byte, 1<<18)}),
		},
		{
			sentence: "a caller provides too many parameters", refusal: "bad_answer", code: alert(messages.AlertInternalError), by: events.Server,
			pair: func(p *testkit.Pair) {
				p.ServerAnswers.Override = func(q events.Question) events.Answer {
					if q, ok := q.(*events.ProvideTransportParameters); ok {
						return q.Reply(make([]byte, events.MaxTransportParameters+1))
					}
					return nil
				}
			},
		},
		{
			sentence: "a caller provides no parameters", refusal: "answer_refused", code: alert(messages.AlertInternalError), by: events.Client,
			pair: func(p *testkit.Pair) {
				p.ClientAnswers.Override = func(q events.Question) events.Answer {
					if q, ok := q.(*events.ProvideTransportParameters); ok {
						return q.Refuse(messages.AlertInternalError, errors.New("none"))
					}
					return nil
				}
			},
		},
	}
}

// commit gives the error that the refuser ends with.
func (o *quicOffence) commit() (refuser, other *pipe.End) {
	pair := testkit.NewPair("offence over quic")
	pair.Client.Groups = []messages.Group{messages.X25519, messages.Secp256r1}
	pair.Server.Groups = pair.Client.Groups
	pair.Server.MaxEarlyData = 1
	if o.pair != nil {
		o.pair(pair)
	}
	p := pair.JoinQUIC()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	refuser, other = &p.Server, &p.Client
	if o.by == events.Client {
		refuser, other = &p.Client, &p.Server
	}
	seen := 0
	for range 1000 {
		for o.change != nil && seen < len(refuser.Crypto) {
			changed := o.change(refuser.Crypto[seen])
			refuser.Crypto = slices.Concat(refuser.Crypto[:seen], changed, refuser.Crypto[seen+1:])
			seen += len(changed)
		}
		if p.Step(o.by) {
			seen = max(seen-1, 0)
			continue
		}
		if !p.Step(o.by.Peer()) {
			break
		}
	}
	return refuser, other
}

func TestEveryOffenceOverQUICIsRefusedByNameAndCode(t *testing.T) {
	for _, o := range quicOffences() {
		t.Run(strings.ReplaceAll(o.sentence, " ", "_"), func(t *testing.T) {
			refuser, other := o.commit()
			fatal, ok := refuser.Err.(*engine.Error)
			if !ok {
				t.Fatalf("the %v does not refuse: it is in state %s, the other end has %v", o.by, refuser.Engine.State(), other.Err)
			}
			if fatal.Refusal.Name != o.refusal || fatal.QUICCode() != o.code {
				t.Errorf("the %v refuses by %v, code %#x, want %s, %#x", o.by, fatal, fatal.QUICCode(), o.refusal, o.code)
			}
			out := &events.Output{}
			if err := refuser.Engine.ReceiveCrypto(out, testkit.Now, events.Initial, []byte{1}); err != refuser.Err || out.Len() > 0 {
				t.Errorf("after the end: %v, %d events", err, out.Len())
			}
		})
	}
}

// What is about records has no place over QUIC, nor what is about QUIC over a stream.
func TestCallsForAnotherTransportAreMisuse(t *testing.T) {
	p := testkit.NewPair("quic, misuse").JoinQUIC()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	stream := testkit.NewPair("stream, misuse").Join()
	if err := stream.Handshake(); err != nil {
		t.Fatal(err)
	}
	type call func(e *engine.Engine, out *events.Output, now time.Time) error
	overStream := map[string]call{
		"ReceiveCrypto": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.ReceiveCrypto(out, now, events.Application, []byte{1})
		},
		"ConfirmHandshake": (*engine.Engine).ConfirmHandshake,
	}
	overQUIC := map[string]call{
		"Receive":    func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Receive(out, now, []byte{1}) },
		"ReceiveEOF": (*engine.Engine).ReceiveEOF,
		"Write":      func(e *engine.Engine, out *events.Output, now time.Time) error { return e.Write(out, now, []byte{1}) },
		"WriteEarlyData": func(e *engine.Engine, out *events.Output, now time.Time) error {
			_, err := e.WriteEarlyData(out, now, []byte{1})
			return err
		},
		"UpdateKeys": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, messages.UpdateNotRequested)
		},
		"CloseWrite": (*engine.Engine).CloseWrite,
		"a level that is none": func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.ReceiveCrypto(out, now, events.Application+1, []byte{1})
		},
	}
	for transport, calls := range map[*pipe.Pipe]map[string]call{stream: overStream, p: overQUIC} {
		for name, call := range calls {
			for _, end := range []*pipe.End{&transport.Client, &transport.Server} {
				out := &events.Output{}
				if err := call(end.Engine, out, testkit.Now); !errors.Is(err, engine.ErrMisuse) || out.Len() > 0 {
					t.Errorf("%s: %v, %d events", name, err, out.Len())
				}
			}
		}
	}
}

// covers 9001/4.2/1
// covers 9001/5.3/1 9001/5.4.1/1
// covers 9001/8.1/1
func TestConfigsThatCannotBeOverQUICAreRefused(t *testing.T) {
	for what, change := range map[string]func(c *engine.ClientConfig){
		"TLS 1.2":            func(c *engine.ClientConfig) { c.MinVersion = messages.TLS12 },
		"no protocol":        func(c *engine.ClientConfig) { c.ALPN = nil },
		"a bound on records": func(c *engine.ClientConfig) { c.RecordSizeLimit = 1000 },
		"a size of records":  func(c *engine.ClientConfig) { c.RecordSize = 1000 },
		"padding":            func(c *engine.ClientConfig) { c.Padding = engine.PadTo(8) },
		"key updates":        func(c *engine.ClientConfig) { c.UpdateAfter = 8 },
		"a fragment length":  func(c *engine.ClientConfig) { c.MaxFragmentLength = 512 },
		"later requests":     func(c *engine.ClientConfig) { c.PostHandshakeAuth = true },
		"no Rand":            func(c *engine.ClientConfig) { c.Rand = nil },
		"a suite without use": func(c *engine.ClientConfig) {
			c.CipherSuites = []messages.CipherSuite{messages.TLS_AES_128_CCM_8_SHA256}
		},
	} {
		config := &engine.ClientConfig{Common: engine.Common{Rand: testkit.Rand("quic"), ALPN: []string{"h3"}}}
		change(config)
		if _, err := engine.NewQUICClient(config); !errors.Is(err, engine.ErrMisuse) {
			t.Errorf("a client with %s: %v", what, err)
		}
		server := &engine.ServerConfig{Common: config.Common}
		if _, err := engine.NewQUICServer(server); !errors.Is(err, engine.ErrMisuse) && config.MaxFragmentLength == 0 && !config.PostHandshakeAuth {
			t.Errorf("a server with %s: %v", what, err)
		}
	}
}
