package messages

import "github.com/tacitls/tacitls/messages/wire"

// Some structures are neither a message nor the body of an extension, but a part of one that is needed on its own: to
// be signed, or because only whoever knows a codepoint can read it. They have a layout all the same.

// appendPart appends a structure to dst. On an error it returns dst as it was.
func appendPart(dst []byte, layout func(*wire.Codec)) ([]byte, error) {
	var k Coder
	k.c.StartWriting(dst)
	layout(&k.c)
	return k.finish(dst)
}

// decodePart reads a structure and fails unless all of data was consumed.
func decodePart(data []byte, layout func(*wire.Codec)) error {
	var c wire.Codec
	c.StartReading(data)
	layout(&c)
	_, err := c.Finish()
	return err
}
