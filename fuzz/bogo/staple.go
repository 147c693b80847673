package main

import (
	"encoding/binary"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// timestamps takes a list of signed certificate timestamps apart: each with its length before it, and so the whole (RFC 6962, Section 3.3).
func timestamps(list []byte) ([][]byte, error) {
	malformed := &unsupportedError{what: "a list of timestamps that is none"}
	rest, ok := opaque16(&list)
	if !ok || len(list) > 0 || len(rest) == 0 {
		return nil, malformed
	}
	var all [][]byte
	for len(rest) > 0 {
		timestamp, ok := opaque16(&rest)
		if !ok || len(timestamp) == 0 {
			return nil, malformed
		}
		all = append(all, timestamp)
	}
	return all, nil
}

// opaque16 cuts off bytes with their length in two bytes before them.
func opaque16(b *[]byte) (value []byte, ok bool) {
	if len(*b) < 2 {
		return nil, false
	}
	size := int(binary.BigEndian.Uint16(*b))
	if len(*b)-2 < size {
		return nil, false
	}
	value, *b = (*b)[2:2+size], (*b)[2+size:]
	return value, true
}

// staple gives the credential what the flags want stapled to it, or the refusal of the hook that is asked for the default credential's response.
func (p *endpoint) staple(id *identity, credential *events.Credential) error {
	o := p.c.options
	if id.index >= 0 || !o.Server || !o.UseOCSPCallback {
		return nil
	}
	switch {
	case o.FailOCSPCallback:
		return named("OCSP_CB_ERROR", "the hook for the response refuses")
	case o.DeclineOCSPCallback:
		credential.OCSP = nil
	}
	return nil
}

// judgeStaple is the client's hook that judges a response, or its absence; it is asked for no resumption.
func (p *endpoint) judgeStaple(q *events.VerifyPeer) events.Answer {
	o := p.c.options
	if o.Server || q.Resumed || !o.UseOCSPCallback || !o.FailOCSPCallback {
		return nil
	}
	return q.Reject(messages.AlertBadCertificateStatusResponse, named("OCSP_CB_ERROR", "the hook for the response refuses"))
}
