package engine_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The traces of RFC 8448 are replayed from either side: one engine with the
// keys, randoms and signatures of a trace gets the recorded bytes of its peer,
// and must send the recorded bytes of its side. The lists of extensions are
// those of the implementation that was recorded: they go through the rewriting
// hook, which leaves to the engine what it can have wrong, such as key shares,
// cookies and versions.

// recorded is one section of RFC 8448.
type recorded struct {
	t     *testing.T
	steps []recordedStep
}

// recordedStep is one step of a trace: who does what, with named bytes.
type recordedStep struct {
	who, what string
	fields    map[string][]byte
}

func (s recordedStep) bytes(name string) []byte { return s.fields[name] }

// recordedTrace reads a section of the transcribed traces.
func recordedTrace(t *testing.T, title string) *recorded {
	t.Helper()
	file, err := os.Open("../secrets/testdata/rfc8448.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, inside := &recorded{t: t}, false
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		name, value, isField := strings.Cut(strings.TrimPrefix(line, "  "), ":")
		switch {
		case strings.HasPrefix(line, "= "):
			inside = line == "= "+title
		case !inside || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "  ") && isField:
			decoded, err := hex.DecodeString(strings.TrimSpace(value))
			if err != nil {
				t.Fatal(err)
			}
			r.steps[len(r.steps)-1].fields[name] = decoded
		default:
			who, what, _ := strings.Cut(line, " ")
			r.steps = append(r.steps, recordedStep{who, what, map[string][]byte{}})
		}
	}
	if err := lines.Err(); err != nil || len(r.steps) == 0 {
		t.Fatalf("the trace %q is not there: %v", title, err)
	}
	return r
}

// all are the values of a field in the steps of one side, in order.
func (r *recorded) all(who, what, field string) [][]byte {
	var found [][]byte
	for _, step := range r.steps {
		if b, ok := step.fields[field]; ok && step.who == who && strings.HasPrefix(step.what, what) {
			found = append(found, b)
		}
	}
	return found
}

// message decodes the last message of that name into m, and tells whether the
// side sends one.
func (r *recorded) message(who string, m messages.Message) bool {
	return r.messageAt(who, m, -1)
}

// messageAt does the same for the message at index; a negative one counts from
// the end.
func (r *recorded) messageAt(who string, m messages.Message, index int) bool {
	r.t.Helper()
	var found [][]byte
	for _, step := range r.steps {
		for _, raw := range step.fields {
			if step.who == who && strings.HasPrefix(step.what, "construct") && len(raw) > 4 && messages.HandshakeType(raw[0]) == m.Type() {
				found = append(found, raw)
			}
		}
	}
	if index < 0 {
		index += len(found)
	}
	if index < 0 || index >= len(found) {
		return false
	}
	if err := messages.Decode(found[index][messages.HandshakeHeaderLen:], m); err != nil {
		r.t.Fatal(err)
	}
	return true
}

// replay is one side of a trace under way.
type replay struct {
	*recorded
	who    string
	engine *engine.Engine
	rand   *bytes.Reader
	out    events.Output
	// hellos counts the ClientHellos rewritten.
	hellos int
	// sent holds what the engine has sent and wantSent has yet to compare.
	sent []byte
	// state is what a ticket opens to.
	state []byte
}

func (r *recorded) replay(role events.Role, compatible bool) *replay {
	r.t.Helper()
	p := &replay{recorded: r, who: role.String()}
	var err error
	if role == events.Client {
		p.engine, err = engine.NewClient(p.clientConfig(compatible))
	} else {
		p.engine, err = engine.NewServer(p.serverConfig())
	}
	if err != nil {
		r.t.Fatal(err)
	}
	p.engine.SetRewrite(p.rewrite)
	return p
}

func (p *replay) common(entropy ...[]byte) engine.Common {
	p.rand = bytes.NewReader(slices.Concat(entropy...))
	return engine.Common{
		Rand:            p.rand,
		NoCompatibility: true,
		CipherSuites: []messages.CipherSuite{
			messages.TLS_AES_128_GCM_SHA256, messages.TLS_CHACHA20_POLY1305_SHA256, messages.TLS_AES_256_GCM_SHA384,
		},
		Groups: []messages.Group{messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1},
	}
}

func (p *replay) clientConfig(compatible bool) *engine.ClientConfig {
	var hello messages.ClientHello
	p.message("client", &hello)
	keys := p.all("client", "create an ephemeral", "private key")
	entropy := append([][]byte{hello.Random[:], hello.SessionID}, keys...)
	config := &engine.ClientConfig{Common: p.common(entropy...), ServerName: "server"}
	config.NoCompatibility = !compatible
	return config
}

func (p *replay) serverConfig() *engine.ServerConfig {
	var hello messages.ServerHello
	p.message("server", &hello)
	entropy := append(p.all("server", "create an ephemeral", "private key"), hello.Random[:])
	var ticket messages.NewSessionTicket13
	tickets := p.message("server", &ticket)
	if tickets {
		entropy = append(entropy, binary.BigEndian.AppendUint32(nil, ticket.AgeAdd))
	}
	config := &engine.ServerConfig{Common: p.common(entropy...), Tickets: 1, TicketLifetime: ticket.Lifetime}
	config.NoTickets = !tickets
	if p.message("server", &messages.CertificateRequest13{}) {
		config.ClientAuth = engine.RequireClientCert
	}
	var first messages.ServerHello
	if p.messageAt("server", &first, 0) && first.IsRetry() {
		config.Groups = []messages.Group{messages.Secp256r1}
	}
	return config
}

// rewrite gives a message of the engine's the extensions of the recorded one.
func (p *replay) rewrite(m messages.Message, raw []byte) []byte {
	p.t.Helper()
	var altered messages.Message
	switch m := m.(type) {
	case *messages.ClientHello:
		recorded, own := messages.ClientHello{}, *m
		p.messageAt(p.who, &recorded, p.hellos)
		p.hellos++
		own.Extensions = mergeExtensions(&recorded.Extensions, &m.Extensions, messages.ExtensionKeyShare, messages.ExtensionCookie,
			messages.ExtensionServerName, messages.ExtensionSupportedVersions, messages.ExtensionPSKModes,
			messages.ExtensionPreSharedKey, messages.ExtensionEarlyData)
		altered = &own
	case *messages.ServerHello:
		if !m.IsRetry() && !m.Extensions.Has(messages.ExtensionPreSharedKey) {
			return raw
		}
		recorded, own := messages.ServerHello{}, *m
		p.messageAt(p.who, &recorded, 0)
		own.Extensions = mergeExtensions(&recorded.Extensions, &m.Extensions,
			messages.ExtensionKeyShare, messages.ExtensionSupportedVersions, messages.ExtensionPreSharedKey)
		altered = &own
	case *messages.EncryptedExtensions:
		recorded := &messages.EncryptedExtensions{}
		p.message(p.who, recorded)
		altered = recorded
	case *messages.CertificateRequest13:
		recorded := &messages.CertificateRequest13{}
		p.message(p.who, recorded)
		altered = recorded
	case *messages.NewSessionTicket13:
		recorded, own := messages.NewSessionTicket13{}, *m
		p.message(p.who, &recorded)
		own.Nonce, own.Extensions = recorded.Nonce, recorded.Extensions
		altered = &own
	default:
		return raw
	}
	rewritten, err := messages.Append(nil, altered)
	if err != nil {
		p.t.Fatal(err)
	}
	return rewritten
}

// mergeExtensions is the recorded list with the engine's own content in those
// that follow from the handshake and not from a preference.
func mergeExtensions(recorded, own *messages.Extensions, types ...messages.ExtensionType) messages.Extensions {
	merged := messages.Extensions{}
	for _, e := range recorded.List {
		if slices.Contains(types, e.Type) {
			e.Data, _ = own.Lookup(e.Type)
		}
		merged.List = append(merged.List, e)
	}
	return merged
}

// do calls a method of the engine, answers as the trace does, and collects
// what is sent.
func (p *replay) do(call func(e *engine.Engine, out *events.Output, now time.Time) error) {
	p.t.Helper()
	err := call(p.engine, &p.out, testkit.Now)
	for event := range p.out.All() {
		switch event := event.(type) {
		case *events.Send:
			p.sent = append(p.sent, event.Bytes...)
		case *events.Failed:
			err = event.Err
		case events.Question:
			if answerErr := p.engine.Answer(&p.out, testkit.Now, p.answer(event)); answerErr != nil {
				err = errors.Join(err, answerErr)
			}
		}
	}
	p.out.Reset()
	if err != nil {
		p.t.Fatalf("the %s of the trace: %v", p.who, err)
	}
}

func (p *replay) answer(q events.Question) events.Answer {
	var verify messages.CertificateVerify
	var certificate messages.Certificate13
	var ticket messages.NewSessionTicket13
	switch q := q.(type) {
	case *events.ChooseCredential:
		p.message(p.who, &certificate)
		p.message(p.who, &verify)
		return q.Reply(&events.Credential{
			Chain: [][]byte{certificate.Entries[0].Data}, Schemes: []messages.SignatureScheme{verify.Scheme},
		})
	case *events.Sign:
		p.message(p.who, &verify)
		return q.Reply(verify.Signature)
	case *events.OpenTicket:
		return q.Reply(0, p.state)
	case *events.SealTicket:
		p.message(p.who, &ticket)
		return q.Reply(ticket.Ticket)
	}
	return (&testkit.Answers{}).Answer(testkit.Now, q)
}

// wantSent compares what the engine sends next with a recorded step.
func (p *replay) wantSent(step recordedStep) {
	p.t.Helper()
	want := step.bytes("complete record")
	if !bytes.HasPrefix(p.sent, want) {
		p.t.Fatalf("%s %s:\n got %x\nwant %x", step.who, step.what, p.sent[:min(len(p.sent), len(want))], want)
	}
	p.sent = p.sent[len(want):]
}

// covers 8446/4.1.2/6
// covers 8446/4.1.3/1
// covers 8446/4.2.2/1
// covers 8446/5.1/10
// covers 8446/5.1/14
// covers 8446/D.4/1
func TestTheTracesOfRFC8448AreReplayedToTheByte(t *testing.T) {
	for title, compatible := range map[string]bool{
		"Simple 1-RTT Handshake": false,
		"HelloRetryRequest":      false,
		"Client Authentication":  false,
		"Compatibility Mode":     true,
	} {
		for _, role := range []events.Role{events.Client, events.Server} {
			t.Run(title+"/"+role.String(), func(t *testing.T) {
				p := recordedTrace(t, title).replay(role, compatible)
				p.do((*engine.Engine).Start)
				compared := 0
				for _, step := range p.steps {
					if step.bytes("complete record") == nil {
						continue
					}
					p.step(step)
					if step.who == p.who {
						compared++
					}
				}
				if len(p.sent) != 0 || p.rand.Len() != 0 {
					t.Errorf("%d bytes are sent and %d of entropy are left over", len(p.sent), p.rand.Len())
				}
				if compared < 3 || !p.engine.ReadClosed() || !p.engine.WriteClosed() {
					t.Errorf("the trace ended early, after %d records", compared)
				}
			})
		}
	}
}

// step feeds a record of the peer's, or has the engine send one and compares.
func (p *replay) step(step recordedStep) {
	p.t.Helper()
	if step.who != p.who {
		if strings.HasSuffix(p.engine.State(), "ServerHello") {
			p.engine.OfferToo(messages.ExtensionRecordSizeLimit)
		}
		p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Receive(out, now, slices.Clone(step.bytes("complete record")))
		})
		return
	}
	switch step.what {
	case "send application_data record":
		p.do(func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Write(out, now, step.bytes("payload"))
		})
	case "send alert record":
		p.do((*engine.Engine).CloseWrite)
	}
	p.wantSent(step)
}
