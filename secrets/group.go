package secrets

import (
	"errors"
	"fmt"
	"io"

	"github.com/tacitls/tacitls/messages"
)

// Group is a way to agree on a shared secret: two shares over the wire, the
// client's first. RFC 8446, Section 4.2.8. A Group holds no state.
//
// Entropy is read from rand as plain bytes, so the same bytes give the same
// shares. A reader that fails, or that gives nothing a group can use, is
// ErrEntropy.
type Group interface {
	// ID is the codepoint of the group.
	ID() messages.Group
	// ClientShareLen and ServerShareLen are the exact lengths of the two shares
	// in bytes.
	ClientShareLen() int
	ServerShareLen() int
	// Generate makes the client's share. The caller owns the bytes.
	Generate(rand io.Reader) (PrivateShare, []byte, error)
	// Respond makes the server's share and the shared secret from the client's
	// share. The caller owns both. It fails with ErrBadShare or ErrZeroSecret,
	// which are the peer's fault, or with ErrEntropy.
	Respond(rand io.Reader, peer []byte) (share, secret []byte, err error)
}

// PrivateShare is the client's side of an agreement under way. Nothing but Wipe
// changes it, so copies of a handshake may hold the same one.
type PrivateShare interface {
	// Agree returns the shared secret of the server's share. The caller owns the
	// secret. It fails with ErrBadShare or ErrZeroSecret, and with ErrWiped where
	// Wipe has overwritten the key.
	Agree(peer []byte) (secret []byte, err error)
	// Wipe overwrites what key bytes the share itself holds, for every copy of the
	// handshake. The keys of the standard library cannot be overwritten: for groups
	// made of them, letting go of the share is what frees the key.
	Wipe()
}

var (
	// ErrBadShare says that a peer's share is no element of the group: of the
	// wrong length or form, not on the curve, out of range. The alert is
	// illegal_parameter.
	ErrBadShare = errors.New("secrets: bad key share")
	// ErrZeroSecret says that a peer's share forces an all-zero shared secret. The
	// alert is illegal_parameter. RFC 8446, Section 7.4.2.
	ErrZeroSecret = errors.New("secrets: key share of small order")
	// ErrEntropy says that the source of entropy failed.
	ErrEntropy = errors.New("secrets: no entropy")
	// ErrWiped says that a private share was wiped before it could agree.
	ErrWiped = errors.New("secrets: wiped key share")
)

// LookupGroup returns the group with this codepoint, and whether this package
// has it.
func LookupGroup(id messages.Group) (Group, bool) {
	switch id {
	case messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1:
		return ecdhGroup(id), true
	case messages.X448:
		return x448Group{}, true
	case messages.X25519MLKEM768, messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024:
		return hybridGroup(id), true
	case messages.FFDHE2048, messages.FFDHE3072, messages.FFDHE4096, messages.FFDHE6144, messages.FFDHE8192:
		return ffdheGroup(id), true
	case messages.MLKEM768, messages.MLKEM1024:
		return mlkemGroup(id), true
	}
	return nil, false
}

// Groups returns the groups LookupGroup knows, the recommended first, in a slice
// of the caller's own. Finite fields are slow and their shares long; ML-KEM on its
// own comes last, since it stands or falls with a problem far younger than the
// others'.
func Groups() []messages.Group {
	return []messages.Group{
		messages.X25519MLKEM768,
		messages.X25519,
		messages.Secp256r1,
		messages.Secp384r1,
		messages.Secp521r1,
		messages.X448,
		messages.SecP256r1MLKEM768,
		messages.SecP384r1MLKEM1024,
		messages.FFDHE2048,
		messages.FFDHE3072,
		messages.FFDHE4096,
		messages.FFDHE6144,
		messages.FFDHE8192,
		messages.MLKEM768,
		messages.MLKEM1024,
	}
}

// readEntropy fills b from rand.
func readEntropy(rand io.Reader, b []byte) error {
	if rand == nil {
		return ErrEntropy
	}
	if _, err := io.ReadFull(rand, b); err != nil {
		return fmt.Errorf("%w: %w", ErrEntropy, err)
	}
	return nil
}
