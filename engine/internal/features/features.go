// Package features holds what is negotiated by an extension and is not the
// handshake itself: each a row of one table, each with a small file.
package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// Feature is a row. A hook that is nil has nothing to do.
type Feature struct {
	Type messages.ExtensionType
	// Offer adds to a ClientHello.
	Offer func(hs *handshake.Context, x *messages.Extensions) error
	// Answer reads a server's choice from the offer and adds its reply to
	// EncryptedExtensions, or to the ServerHello of TLS 1.2. It is called whether or not the client offered.
	Answer func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error
	// Accept reads the server's reply, which was solicited.
	Accept func(hs *handshake.Context, x *messages.Extensions) error
}

// table is in the order in which the extensions are sent and answered.
var table = [...]Feature{
	serverName,
	alpn,
	recordSizeLimit,
	maxFragmentLength,
	compressCertificate,
	delegatedCredential,
	ticketRequest,
	useSRTP,
	clientCertificateType,
	serverCertificateType,
	postHandshakeAuth,
	quicParameters,
}

// Offer adds all features to a ClientHello.
func Offer(hs *handshake.Context, x *messages.Extensions) error {
	for i := range table {
		if table[i].Offer == nil {
			continue
		}
		if err := table[i].Offer(hs, x); err != nil {
			return err
		}
	}
	return nil
}

// Answer replies to the client's offers.
func Answer(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
	for i := range table {
		if table[i].Answer == nil {
			continue
		}
		if err := table[i].Answer(hs, hello, reply); err != nil {
			return err
		}
	}
	return nil
}

// Accept reads the server's replies.
func Accept(hs *handshake.Context, x *messages.Extensions) error {
	for i := range table {
		if table[i].Accept == nil || !x.Has(table[i].Type) {
			continue
		}
		if err := table[i].Accept(hs, x); err != nil {
			return err
		}
	}
	return nil
}
