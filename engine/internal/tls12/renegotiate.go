package tls12

import (
	"bytes"
	"crypto/subtle"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

const (
	// MaxRenegotiations is how many requests to renegotiate may come in a row.
	MaxRenegotiations = 4
	// MaxDeclined is how many requests are declined on a connection, data between
	// them or not: each has an alert sent, and the peer need not read them.
	MaxDeclined = 64
)

// AfterRenegotiatedHello are the states that a client goes on in, which are those
// of a handshake in full.
func AfterRenegotiatedHello() []fsm.State { return beforeExchange() }

// AfterRenegotiation are the states that a server goes on in.
func AfterRenegotiation() []fsm.State { return beginsInFull() }

// MayRenegotiate tells whether another handshake may take place: this end can
// still write, the policy has it, and it would be bound to the one before. A session resumed without
// extended_master_secret does not bind (RFC 7627, Section 5.4).
func MayRenegotiate(hs *handshake.Context) bool {
	c := &hs.Connection
	if hs.WriteClosed || !c.SecureRenegotiation || c.Resumed && !c.ExtendedMasterSecret {
		return false
	}
	switch hs.Policy.Renegotiation {
	case handshake.RenegotiateOnce:
		return hs.Established12.Handshakes == 1
	case handshake.RenegotiateFreely, handshake.RenegotiateExplicitly:
		return true
	}
	return false
}

// Decline answers the peer's wish to renegotiate (RFC 5746, Section 4.2).
func Decline(hs *handshake.Context) error {
	if err := CountRenegotiation(hs); err != nil {
		return err
	}
	if hs.Declined++; hs.Declined > MaxDeclined {
		return refuse.TooManyRenegotiations.With("%d were declined", MaxDeclined)
	}
	hs.Warn(messages.AlertNoRenegotiation)
	return nil
}

// CountRenegotiation bounds how often the peer may ask without sending data.
func CountRenegotiation(hs *handshake.Context) error {
	hs.SinceData++
	if hs.SinceData > MaxRenegotiations {
		return refuse.TooManyRenegotiations
	}
	return nil
}

// passOver ignores a HelloRequest that comes while a handshake is under way
// (RFC 5246, Section 7.4.1.1).
func passOver[S any](hs *handshake.Context, s *S, _ *messages.HelloRequest) (fsm.State, error) {
	return s, CountRenegotiation(hs)
}

// checkRenegotiationInfo checks that a first handshake continues none, and that
// a renegotiation continues the one before, by the verify_data of the senders
// named (RFC 5746, Section 3.4 to Section 3.7).
func checkRenegotiationInfo(previous *handshake.Previous, present bool, verify []byte, senders ...secrets.Sender) error {
	if previous == nil {
		if present && len(verify) != 0 {
			return refuse.RenegotiationMismatch
		}
		return nil
	}
	if !present {
		return refuse.RenegotiationMismatch.With("the extension is missing")
	}
	if subtle.ConstantTimeCompare(verify, verifyData(previous, senders...)) != 1 {
		return refuse.RenegotiationMismatch
	}
	return nil
}

// verifyData is what renegotiation_info carries: nothing in a first handshake.
func verifyData(previous *handshake.Previous, senders ...secrets.Sender) []byte {
	if previous == nil {
		return nil
	}
	var data []byte
	for _, sender := range senders {
		data = append(data, previous.Established.Verify[sender][:]...)
	}
	return data
}

// ClientVerifyData is what the renegotiation_info of a ClientHello carries.
func ClientVerifyData(previous *handshake.Previous) []byte {
	return verifyData(previous, secrets.ClientSender)
}

// checkExtended checks that a renegotiation keeps the kind of master secret:
// without that the verify_data of the first binds nothing (RFC 7627, Section 6.1).
func checkExtended(a *agreed) error {
	if a.previous != nil && a.previous.Established.Extended != a.extended {
		return refuse.RenegotiatedExtendedMaster
	}
	return nil
}

// hasShown tells whether the peer has shown a certificate or a raw public key in
// the handshake before.
func hasShown(previous *handshake.Previous) bool {
	return previous != nil && (len(previous.Connection.PeerChain) > 0 || len(previous.Connection.PeerRawKey) > 0)
}

// checkSamePeer checks that a peer which has shown a certificate shows the same
// one again, so that data before and after a renegotiation is of one sender
// (RFC 5746, Section 5).
func checkSamePeer(previous *handshake.Previous, chain [][]byte) error {
	if !hasShown(previous) {
		return nil
	}
	known := previous.Connection.PeerChain
	if len(chain) == 0 || len(known) == 0 || !bytes.Equal(chain[0], known[0]) {
		return refuse.CertificateChanged
	}
	return nil
}

// checkSameKey is checkSamePeer for a raw public key.
func checkSameKey(previous *handshake.Previous, info []byte) error {
	if hasShown(previous) && !bytes.Equal(info, previous.Connection.PeerRawKey) {
		return refuse.CertificateChanged
	}
	return nil
}
