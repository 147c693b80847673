package engine

// Fork copies an engine, for model checkers, replays and tests: given the
// same inputs, both go the same way.
//
// Two forks must never both reach a network. They share keys and sequence
// numbers, so that both would send different records under one nonce, which
// gives the keys of the records away. They share the config's Rand as well:
// it must serve them both in the way that is wanted.
func (e *Engine) Fork() *Engine {
	fork := *e
	fork.hs = e.hs.Fork()
	fork.stream = e.stream.Fork()
	fork.state = e.machine.Copy(e.state)
	return &fork
}
