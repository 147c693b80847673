package events

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Decrypt asks a server's caller to decrypt the premaster secret of a client
// of TLS 1.2 with the RSA key of Credential, by PKCS #1 v1.5
// (RFC 5246, Section 7.4.7.1).
//
// Whoever answers must not let the peer learn, by the time it takes or by
// anything else, whether the padding was good. crypto/rsa does that where it is
// told SessionKeyLen: it then gives 48 random bytes for what does not decrypt.
// The engine goes on in the same way whatever the answer, and the handshake
// fails at the client's Finished.
type Decrypt struct {
	Asked
	Credential *Credential
	// Ciphertext is the client's, of any length up to 65535 bytes.
	Ciphertext []byte
}

// PremasterLen is how many bytes the answer to [Decrypt] has.
const PremasterLen = 48

// Reply answers with the premaster secret of 48 bytes, which the engine
// copies. Anything of another length counts as a failure.
func (q *Decrypt) Reply(premaster []byte) Answer {
	return &Decrypted{Replied: Replied{q.ID}, Premaster: premaster}
}

// Fail answers that nothing could be decrypted. The peer is not told: the
// handshake goes on with a secret that nobody knows.
func (q *Decrypt) Fail() Answer { return &Decrypted{Replied: Replied{q.ID}} }

// Decrypted answers [Decrypt].
type Decrypted struct {
	Replied
	Premaster []byte
}

// OfferPSK asks a client's caller for the pre-shared key to use with a server
// of TLS 1.2 that has chosen a suite which takes one (RFC 4279, Section 2).
type OfferPSK struct {
	Asked
	// ServerName is the name that the client expects, or empty.
	ServerName string
	// Hint is the server's, or empty. It is not authenticated
	// (RFC 4279, Section 5.2).
	Hint []byte
}

// Reply answers with the identity, of up to 65535 bytes as RFC 4279, Section 5.1,
// has it, and the key, of 1 to 65535 bytes. The engine copies the key.
func (q *OfferPSK) Reply(identity, key []byte) Answer {
	return &PSKOffered{Replied: Replied{q.ID}, Identity: identity, Key: key}
}

// None answers that there is no key for this server, which ends the handshake.
func (q *OfferPSK) None() Answer { return refused(q.ID, messages.AlertHandshakeFailure, nil) }

// PSKOffered answers [OfferPSK].
type PSKOffered struct {
	Replied
	Identity []byte
	Key      []byte
}

// ChoosePSK asks a server's caller for the key of one of the identities that
// a client offers: exactly one in TLS 1.2 (RFC 4279, Section 2), and up to
// [MaxTicketIdentities], the first ones, in TLS 1.3, where those are not asked about
// of which a ticket has opened (RFC 8446, Section 4.2.11).
type ChoosePSK struct {
	Asked
	Version    messages.Version
	Identities [][]byte
	// Hashes are the hash functions that a key may be for, by the suites of both ends,
	// the preferred one first. None means that any may be answered, as in TLS 1.2; one
	// that no suite has is of no use then (RFC 8446, Section 4.2.11). An imported key is
	// offered once for each (RFC 9258, Section 5.1).
	Hashes []secrets.Hash
}

// Takes tells whether a key for a hash function, where zero is SHA-256, is of use.
func (q *ChoosePSK) Takes(hash secrets.Hash) bool {
	if hash == 0 {
		hash = secrets.SHA256
	}
	return len(q.Hashes) == 0 || slices.Contains(q.Hashes, hash)
}

// Reply answers with the key, of 1 to 65535 bytes, of Identities[index]. The
// engine copies it.
func (q *ChoosePSK) Reply(index int, key []byte) Answer {
	return &PSKChosen{Replied: Replied{q.ID}, Index: index, Key: key}
}

// ReplyWith answers with a key that is for another hash function than SHA-256, or
// was imported; both matter to TLS 1.3 alone. Identities[index] is the one it is
// for, whatever Identity says.
func (q *ChoosePSK) ReplyWith(index int, psk *PSK) Answer {
	return &PSKChosen{Replied: Replied{q.ID}, Index: index, Key: psk.Key, Hash: psk.Hash, Imported: psk.Imported}
}

// None answers that no identity is known. A server of TLS 1.3 goes on without. In
// TLS 1.2 the client is told so by unknown_psk_identity; where it shall not learn which identities there are,
// reply with a random key instead, and the handshake fails as with a wrong one
// (RFC 4279, Section 2).
func (q *ChoosePSK) None() Answer { return &PSKChosen{Replied: Replied{q.ID}, Index: -1} }

// PSKChosen answers [ChoosePSK]. A negative Index means none.
type PSKChosen struct {
	Replied
	Index    int
	Key      []byte
	Hash     secrets.Hash
	Imported bool
}

// ProvideSupplementalData asks for what to send in a SupplementalData message,
// of the types that both ends have agreed on (RFC 4680, Section 2).
type ProvideSupplementalData struct {
	Asked
	Role Role
	// Types are those that may be sent.
	Types []messages.SupplementalDataType
	// UserMappings are the types of hints that the server takes, where Types has
	// user_mapping_data (RFC 4681, Section 3).
	UserMappings []messages.UserMappingType
	// Protected tells that what is sent is encrypted, in a renegotiation.
	Protected bool
}

// Reply answers with the entries to send, each of one of Types.
func (q *ProvideSupplementalData) Reply(entries []messages.SupplementalDataEntry) Answer {
	return &SupplementalDataProvided{Replied: Replied{q.ID}, Entries: entries}
}

// None answers that nothing is sent.
func (q *ProvideSupplementalData) None() Answer {
	return &SupplementalDataProvided{Replied: Replied{q.ID}}
}

// SupplementalDataProvided answers [ProvideSupplementalData].
type SupplementalDataProvided struct {
	Replied
	Entries []messages.SupplementalDataEntry
}

// FetchCertificates asks a server's caller to fetch the chain of a client that
// sent URLs in its place (RFC 6066, Section 5). Which schemes and hosts may be
// asked, with which limits, is the caller's to say: the URLs are a stranger's
// (RFC 6066, Section 11.3).
type FetchCertificates struct {
	Asked
	// ChainType tells what is found there: a certificate in DER at each URL, the
	// client's first, or a PkiPath at a single one.
	ChainType messages.CertChainType
	URLs      []messages.URLAndHash
}

// Reply answers with what was found at each of URLs. The engine checks the
// hashes.
func (q *FetchCertificates) Reply(found [][]byte) Answer {
	return &CertificatesFetched{Replied: Replied{q.ID}, Found: found}
}

// Fail answers that they cannot be had, which ends the handshake with
// certificate_unobtainable.
func (q *FetchCertificates) Fail(err error) Answer {
	return refused(q.ID, messages.AlertCertificateUnobtainable, err)
}

// CertificatesFetched answers [FetchCertificates].
type CertificatesFetched struct {
	Replied
	Found [][]byte
}

func (*Decrypt) event()                 {}
func (*OfferPSK) event()                {}
func (*ChoosePSK) event()               {}
func (*ProvideSupplementalData) event() {}
func (*FetchCertificates) event()       {}
