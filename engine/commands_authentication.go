package engine

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// requestContext is the size in bytes of what names a request.
const requestContext = 16

// RequestClientCertificate has a server of TLS 1.3 ask for the client's
// certificate, at any time after the handshake (RFC 8446, Section 4.6.2). It gives
// what names the request in [events.PeerAuthenticated], which tells of the answer;
// up to 16 requests may be under way. It returns [ErrNotReady] before the handshake
// is complete, while a ticket is being sealed and while an answer is being read;
// and [ErrMisuse] where the client does not offer it by PostHandshakeAuth, where the
// config does not take the kind of certificate that it would show, which is X.509
// unless this handshake has agreed on another, or where there are too many requests. A client may take its time, and data goes both ways
// meanwhile.
func (e *Engine) RequestClientCertificate(out *events.Output, now time.Time) (context []byte, err error) {
	if err := e.writable(); err != nil {
		return nil, err
	}
	if e.hs.Role == events.Client || e.hs.Connection.Version == messages.TLS12 {
		return nil, ErrNotReady
	}
	command := &handshake.RequestCertificate{}
	if !e.takes(command) {
		return nil, ErrNotReady
	}
	if e.hs.Later == nil {
		return nil, fmt.Errorf("%w: the client does not authenticate after the handshake", ErrMisuse)
	}
	if kind := e.hs.LaterType(); !slices.Contains(e.hs.Policy.PeerTypes, kind) {
		return nil, fmt.Errorf("%w: the client would show a certificate of kind %v", ErrMisuse, kind)
	}
	if len(e.hs.Later.Requests) >= handshake.MaxLaterRequests {
		return nil, fmt.Errorf("%w: %d requests for a certificate are under way", ErrMisuse, len(e.hs.Later.Requests))
	}
	e.hs.Enter(out, now)
	defer e.hs.Leave()
	command.Context = make([]byte, requestContext)
	if _, err := io.ReadFull(e.hs.Policy.Rand, command.Context); err != nil {
		return nil, e.fail(out, refuse.Entropy.Because(err))
	}
	return bytes.Clone(command.Context), e.command(out, command)
}
