// Package fsm turns tables of edges into machines.
//
// A state is a pointer to a small struct that holds what is known in it. A row
// says: in this state, on this input, this handler, these successors. An input
// is anything that moves the machine: a message of the peer's, an answer to a
// question, a command. On infers the types of state and input from the
// handler, and In makes the compiler refuse a row that stands under the wrong
// state. What has no row is refused by the driver.
package fsm

import (
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/messages"
)

// State is a pointer to a state's struct. Handlers build the next state and
// never edit the one they were given.
type State any

// Input identifies what moves a machine: a message by its type on the wire,
// anything else by its Go type.
type Input struct {
	Message bool
	Type    messages.HandshakeType
	Go      reflect.Type
}

func (i Input) String() string {
	if i.Message {
		return i.Type.String()
	}
	return i.Go.Name()
}

// Row is one declared edge, or several with the same handler.
type Row[C any] struct {
	From    reflect.Type
	Input   Input
	To      []reflect.Type
	Handler string
	// New makes a value of the input's type for the driver to decode into.
	New    func() any
	handle func(c C, s State, input any) (State, error)
}

// Reaction is a row that In has yet to put under its state. S is the state's
// type.
type Reaction[C, S any] struct{ row Row[C] }

// Block is a state with its rows.
type Block[C any] struct {
	state  reflect.Type
	rows   []Row[C]
	copied func(State) State
}

// On declares a handler and the states that it may lead to.
func On[C, S, M any](handler func(C, *S, *M) (State, error), to ...State) Reaction[C, S] {
	row := Row[C]{
		From:    reflect.TypeFor[S](),
		Input:   InputOf(new(M)),
		Handler: name(handler),
		New:     func() any { return new(M) },
		handle: func(c C, s State, input any) (State, error) {
			return handler(c, s.(*S), input.(*M))
		},
	}
	for _, state := range to {
		row.To = append(row.To, reflect.TypeOf(state))
	}
	return Reaction[C, S]{row}
}

// In puts rows under the state that they react in.
func In[C, S any](_ S, reactions ...Reaction[C, S]) Block[C] {
	block := Block[C]{
		state:  reflect.TypeFor[S](),
		copied: func(s State) State { c := *s.(*S); return &c },
	}
	for _, r := range reactions {
		block.rows = append(block.rows, r.row)
	}
	return block
}

// InputOf is the identity of an input.
func InputOf(input any) Input {
	if m, ok := input.(messages.Message); ok {
		return Input{Message: true, Type: m.Type()}
	}
	return Input{Go: reflect.TypeOf(input).Elem()}
}

// Machine is a set of blocks. It is immutable, and shared by all connections.
type Machine[C any] struct {
	blocks []Block[C]
	byType map[reflect.Type]*Block[C]
}

// New joins tables into a machine; where two speak of one state, the rows
// are joined, and where they have one handler for an input, its successors are.
func New[C any](tables ...[]Block[C]) *Machine[C] {
	m := &Machine[C]{byType: map[reflect.Type]*Block[C]{}}
	for _, table := range tables {
		m.blocks = append(m.blocks, table...)
	}
	for i := range m.blocks {
		block := &m.blocks[i]
		if first, ok := m.byType[block.state]; ok {
			first.join(block.rows)
			continue
		}
		m.byType[block.state] = block
	}
	return m
}

func (b *Block[C]) join(rows []Row[C]) {
	for _, row := range rows {
		at := slices.IndexFunc(b.rows, func(r Row[C]) bool { return r.Input == row.Input && r.Handler == row.Handler })
		if at < 0 {
			b.rows = append(b.rows, row)
			continue
		}
		b.rows[at].To = append(slices.Clip(b.rows[at].To), row.To...)
	}
}

// Find is the row for input in state.
func (m *Machine[C]) Find(state State, input Input) (*Row[C], bool) {
	block, ok := m.byType[stateType(state)]
	if !ok {
		return nil, false
	}
	for i := range block.rows {
		if block.rows[i].Input == input {
			return &block.rows[i], true
		}
	}
	return nil, false
}

// Step calls the row's handler and tells whether its successor was declared.
func (r *Row[C]) Step(c C, state State, input any) (next State, declared bool, err error) {
	next, err = r.handle(c, state, input)
	if err != nil {
		return nil, true, err
	}
	to := stateType(next)
	for _, declared := range r.To {
		if declared == to {
			return next, true, nil
		}
	}
	return next, false, nil
}

// Copy is a copy of state that shares nothing that changes.
func (m *Machine[C]) Copy(state State) State {
	if block, ok := m.byType[stateType(state)]; ok {
		return block.copied(state)
	}
	return state
}

// Reads tells whether some message moves the machine out of state. Where none
// does, bytes of the peer's have to wait.
func (m *Machine[C]) Reads(state State) bool {
	block, ok := m.byType[stateType(state)]
	if !ok {
		return false
	}
	for i := range block.rows {
		if block.rows[i].Input.Message {
			return true
		}
	}
	return false
}

// Rows lists all rows, in the order of the tables.
func (m *Machine[C]) Rows() []Row[C] {
	var rows []Row[C]
	for i := range m.blocks {
		if m.byType[m.blocks[i].state] == &m.blocks[i] {
			rows = append(rows, m.blocks[i].rows...)
		}
	}
	return rows
}

// Name is the name of a state without its package.
func Name(state State) string {
	if state == nil {
		return "none"
	}
	return stateType(state).Name()
}

func stateType(state State) reflect.Type {
	t := reflect.TypeOf(state)
	if t != nil && t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func name(function any) string {
	full := runtime.FuncForPC(reflect.ValueOf(function).Pointer()).Name()
	full, _, _ = strings.Cut(full, "[") // of an instance
	return full[strings.LastIndexByte(full, '.')+1:]
}
