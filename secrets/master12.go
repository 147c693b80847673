package secrets

import (
	"crypto/subtle"

	"github.com/tacitls/tacitls/messages"
)

// From the premaster secret of a key exchange of TLS 1.2 to the master secret and
// what both sides prove their knowledge of it with. RFC 5246, Section 8.1.

const (
	// MasterLen is the length in bytes of a master secret.
	MasterLen = 48
	// RSAPremasterLen is the length in bytes of the premaster secret that RSA key
	// transport encrypts. RFC 5246, Section 7.4.7.1.
	RSAPremasterLen = 48
	// VerifyDataLen12 is the length in bytes of the verify_data of a Finished
	// message of TLS 1.2. RFC 5246, Section 7.4.9.
	VerifyDataLen12 = 12
)

const (
	labelMaster         = "master secret"
	labelExtendedMaster = "extended master secret"
	labelKeyBlock       = "key expansion"
	labelClientFinished = "client finished"
	labelServerFinished = "server finished"
)

// MasterSecret returns the master secret of a handshake without the
// extended_master_secret extension. The premaster secret is not retained.
// RFC 5246, Section 8.1.
func MasterSecret(h Hash, premaster []byte, randoms *Randoms) (master Secret) {
	master.n = MasterLen
	PRF12(h, master.b[:MasterLen], premaster, labelMaster, randoms.Client[:], randoms.Server[:])
	return master
}

// ExtendedMasterSecret returns the master secret of a handshake with the
// extended_master_secret extension: sessionHash is the hash of the messages from
// ClientHello to ClientKeyExchange. Neither argument is retained. RFC 7627,
// Section 4.
func ExtendedMasterSecret(h Hash, premaster, sessionHash []byte) (master Secret) {
	master.n = MasterLen
	PRF12(h, master.b[:MasterLen], premaster, labelExtendedMaster, sessionHash)
	return master
}

// Sender says which side a Finished message is of.
type Sender uint8

const (
	// ClientSender is the client.
	ClientSender Sender = iota
	// ServerSender is the server.
	ServerSender
)

// FinishedMAC12 appends to dst the 12 bytes of verify_data in the Finished
// message of the sender: transcriptHash is the hash, under the hash function of
// the PRF, of the handshake messages before. It does not allocate when dst has
// room. Compare what a peer sent in constant time. RFC 5246, Section 7.4.9.
func FinishedMAC12(h Hash, master *Secret, sender Sender, transcriptHash, dst []byte) []byte {
	label := labelClientFinished
	if sender == ServerSender {
		label = labelServerFinished
	}
	var room [VerifyDataLen12]byte
	PRF12(h, room[:], master.Bytes(), label, transcriptHash)
	return append(dst, room[:]...)
}

// AppendPSKPremaster appends to dst the premaster secret of a key exchange with
// a PSK: other is what the rest of the exchange gave, the shared secret of
// Diffie-Hellman or the 48 bytes of RSA, and nil in a plain PSK exchange, where
// as many zeros as the PSK has bytes stand for it. Either is cut at 65535 bytes,
// which is what its length field holds. RFC 4279, Section 2. RFC 5489, Section 2.
func AppendPSKPremaster(dst, other, psk []byte) []byte {
	psk = psk[:min(len(psk), 1<<16-1)]
	if other == nil {
		dst = append(dst, byte(len(psk)>>8), byte(len(psk)))
		for range psk {
			dst = append(dst, 0)
		}
	} else {
		other = other[:min(len(other), 1<<16-1)]
		dst = append(dst, byte(len(other)>>8), byte(len(other)))
		dst = append(dst, other...)
	}
	dst = append(dst, byte(len(psk)>>8), byte(len(psk)))
	return append(dst, psk...)
}

// RSAPremaster returns the premaster secret a server goes on with after RSA key
// transport: decrypted when it has 48 bytes and begins with the version the
// ClientHello offered, and the 48 random bytes of fallback otherwise. Which one it
// was cannot be told from the time this takes, nor from the result: a client that
// guessed wrong fails at the Finished message, as one with any other key would.
//
// The decryption itself has to be as silent: it must give 48 bytes whatever the
// padding was. Only a length other than 48 is treated in the open. RFC 5246,
// Section 7.4.7.1.
func RSAPremaster(offered messages.Version, decrypted []byte, fallback *[RSAPremasterLen]byte) (premaster Secret) {
	premaster.n = RSAPremasterLen
	copy(premaster.b[:], fallback[:])
	if len(decrypted) != RSAPremasterLen {
		return premaster
	}
	good := subtle.ConstantTimeByteEq(decrypted[0], byte(offered>>8)) &
		subtle.ConstantTimeByteEq(decrypted[1], byte(offered))
	subtle.ConstantTimeCopy(good, premaster.b[:RSAPremasterLen], decrypted)
	return premaster
}
