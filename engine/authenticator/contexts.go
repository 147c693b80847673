package authenticator

import "crypto/sha256"

// MaxContexts is how many contexts a Session remembers. What would take another is
// refused as [TooManyContexts], since forgetting one would allow its replay.
const MaxContexts = 1024

// use is what a context has been used for.
type use uint8

const (
	unused    use = iota
	requested     // in a request of this end's, which has no answer yet
	asked         // in a request of the peer's, likewise
	spent         // in an authenticator that this end has made or verified
)

// contexts are those of a connection, in either direction: none serves twice
// (RFC 9261, Section 4 and Section 5.2). They are remembered by their hash, since they
// may have 255 bytes.
type contexts map[[sha256.Size]byte]use

// check refuses a context whose use is another than was expected.
func (c contexts) check(context []byte, expected use) error {
	if c[sha256.Sum256(context)] != expected {
		return ContextUsed
	}
	if expected == unused && len(c) >= MaxContexts {
		return TooManyContexts
	}
	return nil
}

// turn has a context go from one use to the next, or refuses and changes nothing.
func (c contexts) turn(context []byte, from, to use) error {
	if err := c.check(context, from); err != nil {
		return err
	}
	c[sha256.Sum256(context)] = to
	return nil
}
