package secrets

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"

	"github.com/tacitls/tacitls/messages"
)

// KeyExchange is how a cipher suite of TLS 1.2 agrees on a premaster secret. The
// zero KeyExchange is none.
type KeyExchange uint8

const (
	// KeyExchangeECDHE is ephemeral Diffie-Hellman over a curve, signed. RFC 8422,
	// Section 2.
	KeyExchangeECDHE KeyExchange = iota + 1
	// KeyExchangeDHE is ephemeral Diffie-Hellman over a finite field, signed.
	// RFC 5246, Section 7.4.3.
	KeyExchangeDHE
	// KeyExchangeRSA is a secret of the client, encrypted to the server's key.
	// RFC 5246, Section 7.4.7.1.
	KeyExchangeRSA
	// KeyExchangePSK is a PSK alone. RFC 4279, Section 2.
	KeyExchangePSK
	// KeyExchangeDHEPSK is a PSK and a finite field. RFC 4279, Section 3.
	KeyExchangeDHEPSK
	// KeyExchangeECDHEPSK is a PSK and a curve. RFC 5489, Section 2.
	KeyExchangeECDHEPSK
	// KeyExchangeRSAPSK is a PSK and a secret encrypted to the server's key.
	// RFC 4279, Section 4.
	KeyExchangeRSAPSK
)

// String returns the name of the key exchange as suites spell it.
func (k KeyExchange) String() string {
	names := [...]string{"no key exchange", "ECDHE", "DHE", "RSA", "PSK", "DHE_PSK", "ECDHE_PSK", "RSA_PSK"}
	if int(k) >= len(names) {
		return names[0]
	}
	return names[k]
}

// Ephemeral reports whether the keys are of this connection alone, so that what
// becomes known later opens no record of it.
func (k KeyExchange) Ephemeral() bool { return k.Curves() || k.FiniteField() }

// Curves reports whether the exchange is over a curve.
func (k KeyExchange) Curves() bool { return k == KeyExchangeECDHE || k == KeyExchangeECDHEPSK }

// FiniteField reports whether the exchange is over a finite field.
func (k KeyExchange) FiniteField() bool { return k == KeyExchangeDHE || k == KeyExchangeDHEPSK }

// UsesPSK reports whether a PSK goes into the premaster secret.
func (k KeyExchange) UsesPSK() bool {
	return k == KeyExchangePSK || k == KeyExchangeDHEPSK || k == KeyExchangeECDHEPSK || k == KeyExchangeRSAPSK
}

// TransportsRSA reports whether the client encrypts a secret to the server's RSA
// key.
func (k KeyExchange) TransportsRSA() bool { return k == KeyExchangeRSA || k == KeyExchangeRSAPSK }

// Signed reports whether the ServerKeyExchange message carries a signature.
func (k KeyExchange) Signed() bool { return k == KeyExchangeECDHE || k == KeyExchangeDHE }

// Authentication is what a server of TLS 1.2 proves itself with. The zero
// Authentication is none.
type Authentication uint8

const (
	// AuthenticationECDSA is a certificate for ECDSA or for EdDSA. RFC 8422,
	// Section 2.
	AuthenticationECDSA Authentication = iota + 1
	// AuthenticationRSA is a certificate of an RSA key, which signs or decrypts.
	AuthenticationRSA
	// AuthenticationPSK is the PSK itself: no certificate is sent.
	AuthenticationPSK
)

// String returns the name of the authentication as suites spell it.
func (a Authentication) String() string {
	names := [...]string{"no authentication", "ECDSA", "RSA", "PSK"}
	if int(a) >= len(names) {
		return names[0]
	}
	return names[a]
}

// Suite12 is a cipher suite of TLS 1.2. It is not to be changed. RFC 5246,
// Appendix A.5.
type Suite12 struct {
	// ID is the codepoint of the suite.
	ID messages.CipherSuite
	// KeyExchange is how the premaster secret is agreed on.
	KeyExchange KeyExchange
	// Authentication is what the server proves itself with.
	Authentication Authentication
	// Hash is the hash function of the PRF and of the Finished messages.
	Hash Hash
	// RecordLimit is the number of records after which one key has served long
	// enough: the bounds RFC 8446, Section 5.5. and RFC 9147, Section 4.5.3. give
	// for the same AEADs, and for CBC that of AES-GCM, which has the same block.
	// TLS 1.2 itself has no limit but the sequence numbers', and no key update.
	RecordLimit uint64
	// ForgeryLimit is the number of records that may fail to open under one key
	// where a failure does not end the connection. RFC 9147, Section 4.5.3.
	ForgeryLimit uint64

	cipher aead
	keyLen uint8
	mac    macHash
}

// LookupSuite12 returns the suite of TLS 1.2 with this codepoint, and whether this
// package has it. All callers share the Suite12.
func LookupSuite12(id messages.CipherSuite) (*Suite12, bool) {
	for i := range suites12 {
		if suites12[i].ID == id {
			return &suites12[i], true
		}
	}
	return nil, false
}

// Suites12 returns the suites LookupSuite12 knows, in a slice of the caller's own:
// those of forward secrecy and an AEAD first, CBC and RSA key transport last.
// Which of them to offer is policy.
func Suites12() []messages.CipherSuite {
	ids := make([]messages.CipherSuite, len(suites12))
	for i := range suites12 {
		ids[i] = suites12[i].ID
	}
	return ids
}

// AEAD reports whether records are protected by an AEAD, so that encrypt-then-MAC
// is not to be agreed on. Otherwise it is AES-CBC and HMAC. RFC 7366, Section 3.
func (s *Suite12) AEAD() bool { return s.cipher != aesCBC }

// KeyLen returns the length of an encryption key in bytes.
func (s *Suite12) KeyLen() int { return int(s.keyLen) }

// MACKeyLen returns the length of a MAC key, and of a MAC, in bytes: 0 for an AEAD.
func (s *Suite12) MACKeyLen() int { return s.mac.size() }

// FixedIVLen returns how many bytes of a record's nonce come from the key block.
// CBC has none: its IVs are random. RFC 5246, Section 6.3.
func (s *Suite12) FixedIVLen() int {
	switch s.cipher {
	case aesGCM, aesCCM, aesCCM8:
		return saltLen
	case chaCha20Poly1305:
		return nonceLen
	}
	return 0
}

// explicitLen returns how many bytes of a nonce or IV travel with each record.
func (s *Suite12) explicitLen() int {
	switch s.cipher {
	case aesGCM, aesCCM, aesCCM8:
		return nonceLen - saltLen
	case aesCBC:
		return cbcBlock
	}
	return 0
}

// MaxExpansion returns by how many bytes the fragment of a record may be longer than
// its content: an AEAD's always is by so many, that of CBC by no more, with all the
// padding there can be. RFC 5246, Section 6.2.3.
func (s *Suite12) MaxExpansion() int {
	if s.AEAD() {
		return s.explicitLen() + s.aeadTagLen()
	}
	return s.explicitLen() + s.MACKeyLen() + maxPadding
}

// FitsKey reports whether a server's certificate of this key serves the suite: an
// ECDSA, Ed25519 or Ed448 key, an RSA key of either kind where it signs, or one not
// confined to RSA-PSS where it decrypts. No key serves a suite without a
// certificate. RFC 5246, Section 7.4.2. RFC 8422, Section 2.
func (s *Suite12) FitsKey(pub crypto.PublicKey) bool {
	switch pub.(type) {
	case *ecdsa.PublicKey, ed25519.PublicKey, Ed448PublicKey:
		return s.Authentication == AuthenticationECDSA
	case *rsa.PublicKey:
		return s.Authentication == AuthenticationRSA
	case PSSPublicKey:
		return s.Authentication == AuthenticationRSA && s.KeyExchange.Signed()
	}
	return false
}
