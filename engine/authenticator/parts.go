package authenticator

import (
	"bytes"

	"github.com/tacitls/tacitls/messages"
)

// parts are the messages of an authenticator, each with its header. An empty one has
// the Finished alone.
type parts struct{ certificate, proof, finished []byte }

// authenticatorMessages is how many messages an authenticator has at the most.
const authenticatorMessages = 3

// split takes an authenticator apart (RFC 9261, Section 5.2.4 and Section 6). The
// parts alias it. A message has at most so many bytes, its header included.
func split(authenticator []byte, most int) (parts, error) {
	var p parts
	kind, message, rest, err := cut(authenticator, most)
	if err != nil {
		return p, err
	}
	order := [authenticatorMessages]struct {
		kind messages.HandshakeType
		into *[]byte
	}{
		{messages.TypeCertificate, &p.certificate},
		{messages.TypeCertificateVerify, &p.proof},
		{messages.TypeFinished, &p.finished},
	}
	expected := order[:]
	if kind == messages.TypeFinished {
		expected = order[len(order)-1:]
	}
	for i, e := range expected {
		if i > 0 {
			if kind, message, rest, err = cut(rest, most); err != nil {
				return p, err
			}
		}
		if kind != e.kind {
			return p, UnexpectedMessage.with("%v in place of %v", kind, e.kind)
		}
		*e.into = message
	}
	if len(rest) > 0 {
		return p, UnexpectedMessage.with("%d bytes behind %v", len(rest), kind)
	}
	return p, nil
}

// cut takes the first message off, with its header.
func cut(b []byte, most int) (kind messages.HandshakeType, message, rest []byte, err error) {
	kind, size, ok := messages.ParseHandshakeHeader(b)
	size += messages.HandshakeHeaderLen
	switch {
	case !ok:
		return kind, nil, nil, MalformedMessage.with("%d bytes in place of a header", len(b))
	case size > most:
		return kind, nil, nil, MessageTooLarge.with("%v of %d bytes", kind, size)
	case len(b) < size:
		return kind, nil, nil, MalformedMessage.with("%v has %d bytes of %d", kind, len(b), size)
	}
	return kind, b[:size:size], b[size:], nil
}

// bodyOf is a message without its header.
func bodyOf(message []byte) []byte { return message[messages.HandshakeHeaderLen:] }

// decode reads a message that was cut.
func decode(message []byte, m messages.Message) error {
	if err := messages.Decode(bodyOf(message), m); err != nil {
		return MalformedMessage.with("%v: %v", m.Type(), err)
	}
	return nil
}

// encode writes a message from values that the caller gave.
func encode(m messages.Message) ([]byte, error) {
	raw, err := messages.Append(nil, m)
	if err != nil {
		return nil, misuse("%v cannot be written: %v", m.Type(), err)
	}
	return raw, nil
}

// put adds an extension from values that the caller gave.
func put(x *messages.Extensions, body messages.ExtensionBody) error {
	if err := x.Put(body); err != nil {
		return misuse("%v cannot be written: %v", body.ExtensionType(), err)
	}
	return nil
}

// get reads an extension of the peer's, if it is there.
func get(x *messages.Extensions, body messages.ExtensionBody) (present bool, err error) {
	present, err = x.Get(body)
	if err != nil {
		return present, MalformedExtension.with("%v: %v", body.ExtensionType(), err)
	}
	return present, nil
}

// Context gives the context of a request or of an authenticator, of either end, in a
// slice of its own: what tells which request an authenticator answers
// (RFC 9261, Section 7.2). It has looked at nothing else. An empty authenticator has
// none, and is refused as [NoContext].
func (s *Session) Context(message []byte) ([]byte, error) {
	p, err := s.connection.AuthenticatorParameters()
	if err != nil {
		return nil, err
	}
	kind, first, _, err := cut(message, p.MaxMessage)
	switch {
	case err != nil:
		return nil, err
	case kind == messages.TypeFinished:
		return nil, NoContext
	case kind != messages.TypeCertificate && kind != messages.TypeCertificateRequest && kind != messages.TypeClientCertRequest:
		return nil, UnexpectedMessage.with("%v", kind)
	}
	// All three begin with it: opaque certificate_request_context<0..2^8-1>.
	body := bodyOf(first)
	if len(body) == 0 || len(body) <= int(body[0]) {
		return nil, MalformedMessage.with("%v: the context is cut off", kind)
	}
	return bytes.Clone(body[1 : 1+int(body[0])]), nil
}
