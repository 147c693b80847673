package engine

import "io"

// Fork copies an engine, for model checkers, replays and tests: given the
// same inputs, both go the same way.
//
// Two forks must never both reach a network. They share keys and sequence
// numbers, so that both would send different records under one nonce, which
// gives the keys of the records away.
//
// Entropy is an input too, and the two draw from one Rand, so that each gets
// what the other has left. Where both shall draw the same bytes, or others, give
// the copy a reader of its own by ForkWith.
func (e *Engine) Fork() *Engine { return e.fork(e.hs.Policy.Rand) }

// ForkWith is Fork with another source of entropy for the copy, which a config that
// is chosen later does not replace.
func (e *Engine) ForkWith(rand io.Reader) *Engine {
	fork := e.fork(rand)
	fork.entropy = rand
	return fork
}

func (e *Engine) fork(rand io.Reader) *Engine {
	fork := *e
	fork.hs = e.hs.Fork()
	if e.stream != nil {
		fork.stream = e.stream.Fork(rand)
		fork.carrier = fork.stream
	} else {
		fork.crypto = e.crypto.Fork()
		fork.carrier = fork.crypto
	}
	fork.state = e.machine.Copy(e.state)
	policy := *e.hs.Policy
	policy.Rand = rand
	fork.hs.Policy = &policy
	return &fork
}
