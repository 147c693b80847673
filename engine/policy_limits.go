package engine

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

func (c *Common) compileRecordSizeLimit(p *handshake.Policy) error {
	p.RecordSizeLimit = c.RecordSizeLimit
	if c.RecordSizeLimit == 0 {
		return nil
	}
	if c.RecordSizeLimit < messages.MinRecordSizeLimit || c.RecordSizeLimit > record.MaxPlaintext {
		return invalid("RecordSizeLimit of %d bytes", c.RecordSizeLimit)
	}
	return nil
}

// compileFragmentLength finds the code of a length.
func (c *ClientConfig) compileFragmentLength(p *handshake.Policy) error {
	if c.MaxFragmentLength == 0 {
		return nil
	}
	for code := messages.FragmentLength512; code <= messages.FragmentLength4096; code++ {
		if length, _ := code.Bytes(); length == c.MaxFragmentLength {
			p.MaxFragmentLength = code
			return nil
		}
	}
	return invalid("MaxFragmentLength of %d bytes", c.MaxFragmentLength)
}
