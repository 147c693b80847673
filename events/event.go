package events

// Event is one entry of an [Output]: always a pointer to one of the structs of
// this package. String gives its canonical line of text, which never shows a
// secret.
type Event interface {
	event()
	String() string
}

// Question is an event that the caller must answer before the engine goes on.
type Question interface {
	Event
	// Number identifies the question within its connection. Answers carry it.
	Number() uint64
}

// Answer is what the caller gives back for one [Question].
type Answer interface {
	// Question is the number of the question that this answers.
	Question() uint64
	answer()
}

// Asked is what all questions share.
type Asked struct {
	// ID numbers the questions of a connection from 1 in its lower half. The upper half
	// is of the client's random, once there is one, so that the answer to another
	// connection's question is known for what it is.
	ID uint64
}

// Number implements [Question].
func (a Asked) Number() uint64 { return a.ID }

// Replied is what all answers share.
type Replied struct {
	// ID is the number of the question.
	ID uint64
}

// Question implements [Answer].
func (r Replied) Question() uint64 { return r.ID }

func (Replied) answer() {}
