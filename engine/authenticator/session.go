package authenticator

import (
	"fmt"
	"io"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/secrets"
)

// Exporter is what authenticators take from a connection: an [engine.Engine] is one,
// and so is an adapter that drives an engine and may be called by several goroutines.
type Exporter interface {
	// AuthenticatorParameters is as [engine.Engine.AuthenticatorParameters].
	AuthenticatorParameters() (*engine.AuthenticatorParameters, error)
	// Export is as [engine.Engine.Export]: never from the secret of early data
	// (RFC 9261, Section 5.1).
	Export(label string, context []byte, length int) ([]byte, error)
}

// Session makes and checks the authenticators of one connection, in both
// directions, and remembers the contexts used. There has to be one for each
// connection and no more, or a context could serve twice. One goroutine at a time uses
// it and the requests, proofs and claims that are its own, and, where it was made of an
// [engine.Engine], none uses the engine meanwhile.
//
// It keeps no keys: each call takes them from the connection, and fails once that has.
type Session struct {
	connection Exporter
	contexts   contexts
}

// New makes the session of a connection. It returns [engine.ErrNotReady]
// before the handshake is complete: on a server before it has verified the client's
// Finished (RFC 9261, Section 9). It returns [engine.ErrMisuse] in TLS 1.2 without
// extended_master_secret (RFC 9261, Section 5.1); older versions there are none.
func New(connection Exporter) (*Session, error) {
	if connection == nil {
		return nil, misuse("there is no connection")
	}
	if _, err := connection.AuthenticatorParameters(); err != nil {
		return nil, err
	}
	return &Session{connection, contexts{}}, nil
}

func misuse(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{engine.ErrMisuse}, arguments...)...)
}

// drawnContext is the length in bytes of a context that nobody has given.
const drawnContext = 32

// context checks the context that the caller gives, or draws one, which the peer
// cannot predict (RFC 9261, Section 4 and Section 5.2.1).
func (s *Session) context(given []byte, random io.Reader) ([]byte, error) {
	context := append([]byte{}, given...)
	switch {
	case len(given) > maxContext:
		return nil, misuse("a context of %d bytes", len(given))
	case given == nil:
		context = make([]byte, drawnContext)
		if _, err := io.ReadFull(random, context); err != nil {
			return nil, fmt.Errorf("authenticator: no entropy for a context: %w", err)
		}
	}
	return context, s.contexts.check(context, unused)
}

// maxContext is the length in bytes of the longest context (RFC 9261, Section 4).
const maxContext = 255

// keys are what the authenticators of one end are made with (RFC 9261, Section 5.1).
type keys struct {
	hash     secrets.Hash
	context  secrets.Secret // what the transcript begins with
	finished secrets.Secret
}

// keysOf exports the keys of whoever sends.
func (s *Session) keysOf(sender events.Role, hash secrets.Hash) (*keys, error) {
	context, err := s.export(sender, "handshake context", hash)
	if err != nil {
		return nil, err
	}
	finished, err := s.export(sender, "finished key", hash)
	return &keys{hash, context, finished}, err
}

// export gives one of the secrets. The exporter's context is there and has no bytes,
// which in TLS 1.2 is another than none.
func (s *Session) export(sender events.Role, what string, hash secrets.Hash) (secrets.Secret, error) {
	exported, err := s.connection.Export("EXPORTER-"+sender.String()+" authenticator "+what, []byte{}, hash.Size())
	secret, _ := secrets.NewSecret(exported)
	clear(exported)
	return secret, err
}

func (k *keys) wipe() {
	k.context.Wipe()
	k.finished.Wipe()
}

// Format hides the keys from every verb.
func (k keys) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "keys(%v)", k.hash) }

// signed is what the signature is over: request is nil where there is none
// (RFC 9261, Section 5.2.2).
func (k *keys) signed(request, certificate []byte) []byte {
	sum := k.hash.Sum(k.context.Bytes(), request, certificate)
	return secrets.VerifyInput13(nil, secrets.AuthenticatorContext, sum)
}

// verifyData is that of the Finished; proof is nil in an empty authenticator
// (RFC 9261, Section 5.2.3 and Section 6).
func (k *keys) verifyData(request, certificate, proof []byte) []byte {
	sum := k.hash.Sum(k.context.Bytes(), request, certificate, proof)
	return secrets.AuthenticatorMAC(k.hash, &k.finished, sum, nil)
}

// verifies compares a Finished with its header, in constant time.
func (k *keys) verifies(finished, request, certificate, proof []byte) error {
	want, _ := secrets.NewSecret(k.verifyData(request, certificate, proof))
	defer want.Wipe()
	if !want.EqualBytes(bodyOf(finished)) {
		return BadFinished
	}
	return nil
}
