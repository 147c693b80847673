// Package pipe joins two engines in memory and drives them until both are
// quiet. It is the adapter for tests, models and demonstrations: no goroutine,
// no clock, every byte in reach.
package pipe

import (
	"bytes"
	"errors"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// Answerer answers the questions of an engine. A nil answer leaves the
// question open.
type Answerer interface {
	Answer(now time.Time, q events.Question) events.Answer
}

// Pipe is two engines and the bytes between them. Its fields may be set before
// the first call, and the bytes under way be changed between two calls.
type Pipe struct {
	Client, Server End
	// Now is the time that both engines are told.
	Now time.Time
	// Split says how many bytes of those under way to deliver next to an end,
	// 1 to len(waiting). Nil delivers them all.
	Split func(to events.Role, waiting []byte) int
	// Observe sees every event of both ends before it is acted on. It must
	// copy the bytes that it keeps.
	Observe func(from events.Role, e events.Event)
}

// End is one side of a Pipe.
type End struct {
	Engine  *engine.Engine
	Answers Answerer
	// Inbox holds the bytes under way to this end.
	Inbox []byte
	// Crypto holds them over QUIC, with their levels; those of one level have to stay
	// in their order.
	Crypto []Chunk
	// Keys are those that the engine has had installed over QUIC.
	Keys []*events.InstallKeys
	// Received collects the application data that has arrived.
	Received []byte
	// Sessions collects the tickets that have arrived.
	Sessions []*events.Session
	// Open is the question that the Answerer left open, or nil.
	Open events.Question
	// Err is the engine's fatal error, or that of an answer which cannot be.
	Err error

	out     events.Output
	scratch []byte
}

// Chunk is handshake bytes of one level of QUIC.
type Chunk struct {
	Level events.Level
	Bytes []byte
}

// New joins two engines, both over a byte stream or both over QUIC.
func New(client, server *engine.Engine, clientAnswers, serverAnswers Answerer, now time.Time) *Pipe {
	return &Pipe{
		Client: End{Engine: client, Answers: clientAnswers},
		Server: End{Engine: server, Answers: serverAnswers},
		Now:    now,
	}
}

// Handshake starts the client and drives both ends until they are quiet. It
// returns the first fatal error of either, the client's first.
func (p *Pipe) Handshake() error {
	if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
		return err
	}
	return p.Run()
}

// Run delivers what is under way until nothing is, or both ends have stopped.
func (p *Pipe) Run() error {
	for p.Step(events.Server) || p.Step(events.Client) {
	}
	if p.Client.Err != nil {
		return p.Client.Err
	}
	return p.Server.Err
}

// Step delivers one piece to an end, and tells whether there was one. An end
// that has failed, or whose question is open, takes none.
func (p *Pipe) Step(to events.Role) bool {
	end := p.end(to)
	if len(end.Inbox)+len(end.Crypto) == 0 || end.Err != nil || end.Open != nil {
		return false
	}
	if len(end.Crypto) > 0 {
		p.stepCrypto(to, end)
		return true
	}
	n := len(end.Inbox)
	if p.Split != nil {
		n = min(max(1, p.Split(to, end.Inbox)), n)
	}
	// The engine decrypts in place, and the inbox may be refilled meanwhile.
	end.scratch = append(end.scratch[:0], end.Inbox[:n]...)
	end.Inbox = append(end.Inbox[:0], end.Inbox[n:]...)
	_ = p.Do(to, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Receive(out, now, end.scratch)
	})
	return true
}

// stepCrypto delivers a piece of the first chunk.
func (p *Pipe) stepCrypto(to events.Role, end *End) {
	chunk := &end.Crypto[0]
	level, n := chunk.Level, len(chunk.Bytes)
	if p.Split != nil {
		n = min(max(1, p.Split(to, chunk.Bytes)), n)
	}
	piece := chunk.Bytes[:n:n]
	if chunk.Bytes = chunk.Bytes[n:]; len(chunk.Bytes) == 0 {
		end.Crypto = end.Crypto[1:]
	}
	_ = p.Do(to, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.ReceiveCrypto(out, now, level, piece)
	})
}

// Do calls a method of an end's engine and acts on its events: bytes go to the
// other end's inbox, questions to the Answerer.
func (p *Pipe) Do(at events.Role, call func(*engine.Engine, *events.Output, time.Time) error) error {
	end := p.end(at)
	err := call(end.Engine, &end.out, p.Now)
	for event := range end.out.All() {
		if p.Observe != nil {
			p.Observe(at, event)
		}
		p.act(at, end, event)
	}
	end.out.Reset()
	return err
}

func (p *Pipe) act(at events.Role, end *End, event events.Event) {
	switch event := event.(type) {
	case *events.Send:
		other := p.end(at.Peer())
		if end.Engine.Transport() == events.OverQUIC {
			other.Crypto = append(other.Crypto, Chunk{event.Level, bytes.Clone(event.Bytes)})
			return
		}
		other.Inbox = append(other.Inbox, event.Bytes...)
	case *events.InstallKeys:
		end.Keys = append(end.Keys, event)
	case *events.DataReceived:
		end.Received = append(end.Received, event.Bytes...)
	case *events.TicketReceived:
		end.Sessions = append(end.Sessions, event.Session)
	case *events.Failed:
		end.Err = event.Err
	case events.Question:
		answer := end.Answers.Answer(p.Now, event)
		if answer == nil {
			end.Open = event
			return
		}
		// A fatal error is what Failed tells of; misuse leaves the question open.
		if err := end.Engine.Answer(&end.out, p.Now, answer); errors.Is(err, engine.ErrMisuse) {
			end.Open, end.Err = event, err
		}
	}
}

// Answer gives a late answer to the question that an end's Answerer left open,
// and acts on what follows.
func (p *Pipe) Answer(at events.Role, answer events.Answer) error {
	p.end(at).Open = nil
	return p.Do(at, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Answer(out, now, answer)
	})
}

// Write has an end send application data, without delivering it.
func (p *Pipe) Write(from events.Role, b []byte) error {
	return p.Do(from, func(e *engine.Engine, out *events.Output, now time.Time) error {
		return e.Write(out, now, b)
	})
}

func (p *Pipe) end(role events.Role) *End {
	if role == events.Client {
		return &p.Client
	}
	return &p.Server
}
