package answer

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// A ticket is a format byte, the name of the key, a random nonce and the state
// sealed with XChaCha20-Poly1305, whose nonces are long enough to be random
// however many tickets a key seals. Format and name are authenticated too
// (RFC 5077, Section 4, is the model).

const (
	// MaxTicketState is how many bytes of state a ticket holds.
	MaxTicketState = 60000
	// DefaultRotation is how long a key seals tickets.
	DefaultRotation = 24 * time.Hour

	ticketFormat   = 1
	ticketName     = 16
	ticketOverhead = 1 + ticketName + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
	// maxTicketKeys bounds the keys kept, however fast they rotate.
	maxTicketKeys = 64
	// maxAhead is how far ahead of the time a key may have been made, so that those
	// who have taken the time a little sooner find it too.
	maxAhead = 10 * time.Second
)

// ErrTicketState tells that a state is too large for a ticket.
var ErrTicketState = errors.New("answer: the state is too large for a ticket")

// TicketKeys seals and opens tickets with keys of its own that rotate: each
// seals for Rotation, and opens until the last ticket sealed with it has
// expired. A key from ahead of the time, by a clock that has been set back since, is
// forgotten with all its tickets. Servers that share tickets share keys by Set, which
// ends rotation.
//
// The zero value is ready for use. It is safe for concurrent use, and must not
// be copied. Rand and Rotation may not change once in use.
type TicketKeys struct {
	// Rand is where keys and nonces come from; nil is the reader of
	// crypto/rand. It must be safe for concurrent use.
	Rand io.Reader
	// Rotation is how long a key seals; 0 means DefaultRotation.
	Rotation time.Duration

	mu   sync.Mutex
	keys []*ticketKey // the one that seals is the first
	set  bool
}

type ticketKey struct {
	name    [ticketName]byte
	aead    cipher.AEAD
	created time.Time
	// expires is when the last ticket does that was sealed so far.
	expires time.Time
}

// newTicketKey derives name and key of a ticket key from a secret, so that
// servers with the same secret know each other's tickets.
func newTicketKey(now time.Time, secret [32]byte) (*ticketKey, error) {
	name, err := hkdf.Expand(sha256.New, secret[:], "tacitls ticket name", ticketName)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	key, err := hkdf.Expand(sha256.New, secret[:], "tacitls ticket key", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	aead, err := chacha20poly1305.NewX(key)
	clear(key)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return &ticketKey{name: [ticketName]byte(name), aead: aead, created: now}, nil
}

// Set replaces all keys: the first secret seals, all of them open, for as long
// as they are set. Secrets are of full entropy. Rotation is then the caller's:
// to rotate, call Set everywhere with the new secret last, and a while later
// with the new one first and the old ones behind it for a ticket's lifetime.
func (t *TicketKeys) Set(secrets ...[32]byte) error {
	if len(secrets) == 0 || len(secrets) > maxTicketKeys {
		return fmt.Errorf("answer: %d ticket keys", len(secrets))
	}
	keys := make([]*ticketKey, len(secrets))
	for i, secret := range secrets {
		key, err := newTicketKey(time.Time{}, secret)
		if err != nil {
			return err
		}
		keys[i] = key
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys, t.set = keys, true
	return nil
}

// Seal makes a ticket of a state of at most MaxTicketState bytes, in a slice of
// its own. The ticket opens for lifetime from now.
func (t *TicketKeys) Seal(now time.Time, lifetime time.Duration, state []byte) ([]byte, error) {
	if len(state) > MaxTicketState {
		return nil, ErrTicketState
	}
	key, err := t.sealing(now, lifetime)
	if err != nil {
		return nil, err
	}
	const header = 1 + ticketName
	ticket := make([]byte, header+chacha20poly1305.NonceSizeX, ticketOverhead+len(state))
	ticket[0] = ticketFormat
	copy(ticket[1:], key.name[:])
	nonce := ticket[header:]
	if _, err := io.ReadFull(t.source(), nonce); err != nil {
		return nil, fmt.Errorf("answer: nonce of a ticket: %w", err)
	}
	return key.aead.Seal(ticket, nonce, state, ticket[:header]), nil
}

// Open gives the state of a ticket in a slice of its own, or false if no key
// there is opens it. It tells nothing of the age of the ticket: the state does.
func (t *TicketKeys) Open(now time.Time, ticket []byte) ([]byte, bool) {
	if len(ticket) < ticketOverhead || len(ticket) > ticketOverhead+MaxTicketState || ticket[0] != ticketFormat {
		return nil, false
	}
	const header = 1 + ticketName
	key := t.named(now, [ticketName]byte(ticket[1:header]))
	if key == nil {
		return nil, false
	}
	nonce, sealed := ticket[header:header+chacha20poly1305.NonceSizeX], ticket[header+chacha20poly1305.NonceSizeX:]
	state, err := key.aead.Open(nil, nonce, sealed, ticket[:header])
	return state, err == nil
}

// sealing gives the key that seals at now, a new one where that is due.
func (t *TicketKeys) sealing(now time.Time, lifetime time.Duration) (*ticketKey, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	rotation := t.Rotation
	if rotation <= 0 {
		rotation = DefaultRotation
	}
	if !t.set && (len(t.keys) == 0 || now.Sub(t.keys[0].created) >= rotation || t.keys[0].ahead(now)) {
		var secret [32]byte
		if _, err := io.ReadFull(t.source(), secret[:]); err != nil {
			return nil, fmt.Errorf("answer: ticket key: %w", err)
		}
		key, err := newTicketKey(now, secret)
		clear(secret[:])
		if err != nil {
			return nil, err
		}
		t.forget(now)
		t.keys = append([]*ticketKey{key}, t.keys[:min(len(t.keys), maxTicketKeys-1)]...)
	}
	key := t.keys[0]
	if expires := now.Add(lifetime); expires.After(key.expires) {
		key.expires = expires
	}
	return key, nil
}

// named gives the key with a name that has not been forgotten at now.
func (t *TicketKeys) named(now time.Time, name [ticketName]byte) *ticketKey {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	for _, key := range t.keys {
		if key.name == name {
			return key
		}
	}
	return nil
}

// ahead tells whether the clock has been set back since the key was made. All of its
// tickets are from ahead too, and it would live on by as much as the clock went back.
func (k *ticketKey) ahead(now time.Time) bool { return k.created.After(now.Add(maxAhead)) }

// forget drops the keys whose tickets have all expired, so that who takes the
// server later cannot open what was recorded before.
func (t *TicketKeys) forget(now time.Time) {
	if t.set {
		return
	}
	kept := t.keys[:0:0]
	for _, key := range t.keys {
		if !now.After(key.expires) && !key.ahead(now) {
			kept = append(kept, key)
		}
	}
	t.keys = kept
}

func (t *TicketKeys) source() io.Reader {
	if t.Rand != nil {
		return t.Rand
	}
	return rand.Reader
}
