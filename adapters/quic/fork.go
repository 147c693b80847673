package quic

import (
	"io"
	"slices"
)

// Fork copies a connection in the midst of its handshake, for model checkers, replays
// and tests: with the same calls both go the same way. Events that were still to be
// read are copied too.
//
// Two forks must never both reach a network, since they share keys: see
// [engine.Engine.Fork]. They draw from one Rand; ForkWith gives the copy its own.
func (q *QUICConn) Fork() *QUICConn {
	fork := q.copied()
	if q.engine != nil {
		fork.engine = q.engine.Fork()
	}
	return fork
}

// ForkWith is Fork with another source of entropy for the copy.
func (q *QUICConn) ForkWith(rand io.Reader) *QUICConn {
	fork := q.copied()
	fork.rand = rand
	if q.engine != nil {
		fork.engine = q.engine.ForkWith(rand)
	}
	return fork
}

// copied is a copy that shares nothing that changes but the engine.
func (q *QUICConn) copied() *QUICConn {
	fork := *q
	fork.parameters = slices.Clone(q.parameters)
	fork.resuming = q.resuming.copied()
	if q.reading != nil {
		reading := *q.reading
		fork.reading = &reading
	}
	fork.queue, fork.next = slices.Clone(q.queue[q.next:]), 0
	for i := range fork.queue {
		event := &fork.queue[i]
		event.Data = slices.Clone(event.Data)
		if event.SessionState == q.resuming {
			event.SessionState = fork.resuming
		} else {
			event.SessionState = event.SessionState.copied()
		}
	}
	return &fork
}
