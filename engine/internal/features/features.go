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
	// Records tells that it has a place only where there are records.
	Records bool
	// Offer adds to a ClientHello.
	Offer func(hs *handshake.Context, x *messages.Extensions) error
	// Answer reads a server's choice from the offer and adds its reply to
	// EncryptedExtensions, or to the ServerHello of TLS 1.2. It is called whether or not the client offered.
	Answer func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error
	// Accept reads the server's reply, which was solicited. It is called without one
	// where Needed says so.
	Accept func(hs *handshake.Context, x *messages.Extensions) error
	Needed func(hs *handshake.Context) bool
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
		if table[i].Offer == nil || table[i].misplaced(hs) {
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
		if table[i].Answer == nil || table[i].misplaced(hs) {
			continue
		}
		if err := table[i].Answer(hs, hello, reply); err != nil {
			return err
		}
	}
	return nil
}

// misplaced tells that the feature has no place in this dialect.
func (f *Feature) misplaced(hs *handshake.Context) bool { return f.Records && !hs.Dialect.Records }

// Accept reads the server's replies, and misses those that have to be there.
func Accept(hs *handshake.Context, x *messages.Extensions) error {
	for i := range table {
		f := &table[i]
		if f.Accept == nil || !x.Has(f.Type) && (f.Needed == nil || !f.Needed(hs)) {
			continue
		}
		if err := f.Accept(hs, x); err != nil {
			return err
		}
	}
	return nil
}
