package engine

import (
	"math"
	"reflect"
	"time"
	"unsafe"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// Edge is one edge of a machine: a handler and one of its successors.
type Edge struct{ From, Input, Handler, To string }

// Edges are the edges that a role's machine declares.
func Edges(role events.Role) []Edge {
	return edgesOf(machineOf(role, handshake.Stream))
}

func edgesOf(machine *fsm.Machine[*handshake.Context]) []Edge {
	var edges []Edge
	for _, row := range machine.Rows() {
		for _, to := range row.To {
			edges = append(edges, Edge{row.From.Name(), row.Input.String(), row.Handler, to.Name()})
		}
	}
	return edges
}

// QUICEdges lists those of the machine over QUIC.
func QUICEdges(role events.Role) []Edge { return edgesOf(machineOf(role, handshake.QUIC)) }

// Walk tells of every edge that any engine walks until the function that it
// returns is called.
func Walk(tell func(Edge)) (stop func()) {
	walked = func(row *fsm.Row[*handshake.Context], from, to fsm.State) {
		tell(Edge{fsm.Name(from), row.Input.String(), row.Handler, fsm.Name(to)})
	}
	return func() { walked = nil }
}

// Declares tells whether the engine's state has a row for an input by name:
// that of a handshake type, an answer's type or a command's.
func (e *Engine) Declares(input string) bool {
	for _, row := range e.machine.Rows() {
		if row.From.Name() == fsm.Name(e.state) && row.Input.String() == input {
			return true
		}
	}
	return false
}

// MayWrite tells whether data can be written: from the end of the handshake on, or
// a little before that.
func (e *Engine) MayWrite() bool { return e.completed || e.early || e.answersEarlyData() }

// Inject moves the machine by a message with its header, as if it had come in
// records under the right keys.
func (e *Engine) Inject(out *events.Output, now time.Time, raw []byte) error {
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	return e.message(out, raw)
}

// CommandStart is the command Start, also where Start would not give it.
func (e *Engine) CommandStart(out *events.Output, now time.Time) error {
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	return e.command(out, &handshake.Start{})
}

type lost struct{}
type elsewhere struct{}

// NewMisdirected is a client with a bug: Start leads where no row says it may.
func NewMisdirected(config *ClientConfig) (*Engine, error) {
	policy, err := config.Compile()
	if err != nil {
		return nil, err
	}
	machine := fsm.New([]fsm.Block[*handshake.Context]{
		fsm.In(lost{}, fsm.On(func(*handshake.Context, *lost, *handshake.Start) (fsm.State, error) {
			return &elsewhere{}, nil
		}, lost{})),
	})
	e := newEngine(policy.policy, policy.options, policy.dialect, &lost{})
	e.machine = machine
	return e, nil
}

// ExhaustRead and ExhaustWrite move a direction to the last sequence number of
// its key, which no test has the time to reach.
func (e *Engine) ExhaustRead() { exhaust(reflect.ValueOf(e.stream).Elem().FieldByName("opener")) }

// ExhaustWrite does the same for writing.
func (e *Engine) ExhaustWrite() { exhaust(reflect.ValueOf(e.stream).Elem().FieldByName("sealer")) }

func exhaust(protector reflect.Value) {
	next := protector.Elem().Elem().FieldByName("p").FieldByName("next")
	*(*uint64)(unsafe.Pointer(next.UnsafeAddr())) = math.MaxUint64
}

// Held is how many bytes wait while a question is open.
func (e *Engine) Held() int { return e.stream.Held() }

// Renegotiating tells that another handshake than the first is under way.
func (e *Engine) Renegotiating() bool { return e.completed && e.hs.Unfinished != nil }

// Declined moves the machine as the peer's no_renegotiation does.
func (e *Engine) Declined(out *events.Output, now time.Time) error {
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	return e.declined(out)
}

// Forgotten tells that nothing is left of what a connection knew.
func (e *Engine) Forgotten() bool {
	stream := reflect.ValueOf(e.stream).Elem()
	for _, name := range []string{"opener", "sealer"} {
		field := stream.FieldByName(name)
		if !field.IsNil() && !field.Elem().Elem().FieldByName("p").IsZero() {
			return false
		}
	}
	return e.state == nil && e.hs.Exporter.IsZero() && e.hs.Established12 == nil && e.hs.Unfinished == nil &&
		stream.FieldByName("in").IsNil() && stream.FieldByName("messages").IsNil()
}

// Capacity is the memory for bytes held, in bytes.
func (e *Engine) Capacity() int { return reflect.ValueOf(e.stream).Elem().FieldByName("in").Cap() }

// Policy is what the config was compiled to.
func (p *ClientPolicy) Policy() *handshake.Policy { return p.policy }

// Policy is what the config was compiled to.
func (p *ServerPolicy) Policy() *handshake.Policy { return p.policy }

// TrafficSecrets is how many bytes of secrets the state keeps for further keys.
func (e *Engine) TrafficSecrets() int {
	connected := reflect.ValueOf(e.state).Elem().FieldByName("connected")
	total := 0
	for i := range connected.NumField() {
		if field := connected.Field(i); field.Type() == reflect.TypeFor[secrets.Secret]() {
			total += int(field.FieldByName("n").Uint())
		}
	}
	return total
}

// Holds counts the secrets that the engine's state holds by itself, now and whenever
// the function is called again.
func (e *Engine) Holds() func() int {
	state := reflect.ValueOf(e.state)
	return func() int { return secretsIn(state.Elem()) }
}

func secretsIn(v reflect.Value) int {
	if v.Type() == reflect.TypeFor[secrets.Secret]() {
		if v.IsZero() {
			return 0
		}
		return 1
	}
	count := 0
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			count += secretsIn(v.Field(i))
		}
	}
	return count
}
