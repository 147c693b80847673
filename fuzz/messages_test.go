package fuzz

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Messages and sessions that decode are encoded to the same bytes again, and
// decode in place of no others: a decoder that takes two encodings for one
// value would be found.

func fresh(kind messages.HandshakeType) messages.Message {
	switch kind {
	case messages.TypeClientHello:
		return &messages.ClientHello{}
	case messages.TypeServerHello:
		return &messages.ServerHello{}
	case messages.TypeEncryptedExtensions:
		return &messages.EncryptedExtensions{}
	case messages.TypeCertificateRequest:
		return &messages.CertificateRequest13{}
	case messages.TypeClientCertRequest:
		return &messages.ClientCertificateRequest{}
	case messages.TypeCertificate:
		return &messages.Certificate13{}
	case messages.TypeCertificateVerify:
		return &messages.CertificateVerify{}
	case messages.TypeFinished:
		return &messages.Finished{}
	case messages.TypeNewSessionTicket:
		return &messages.NewSessionTicket13{}
	case messages.TypeKeyUpdate:
		return &messages.KeyUpdate{}
	}
	return nil
}

// FuzzMessages reads a flight of messages, each with its header.
func FuzzMessages(f *testing.F) {
	for _, p := range allPoints() {
		if len(p.content) > 0 {
			f.Add(p.content)
		}
	}
	f.Fuzz(func(t *testing.T, flight []byte) {
		for {
			kind, size, ok := messages.ParseHandshakeHeader(flight)
			size += messages.HandshakeHeaderLen
			m := fresh(kind)
			if !ok || len(flight) < size || m == nil {
				return
			}
			if messages.Decode(flight[messages.HandshakeHeaderLen:size], m) == nil {
				again, err := messages.Append(nil, m)
				if err != nil || !bytes.Equal(again, flight[:size]) {
					t.Fatalf("%v: %x came back as %x, %v", kind, flight[:size], again, err)
				}
			}
			flight = flight[size:]
		}
	})
}

// FuzzSession reads what may have been a ticket.
func FuzzSession(f *testing.F) {
	state, err := session().Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Fuzz(func(t *testing.T, state []byte) {
		s, err := events.ParseSession(bytes.Clone(state))
		if err != nil {
			return
		}
		again, err := s.Append(nil)
		if err != nil || !bytes.Equal(again, state) {
			t.Errorf("%x came back as %x, %v", state, again, err)
		}
	})
}
