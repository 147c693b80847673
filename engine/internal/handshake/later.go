package handshake

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Later is what a client's authentication after the handshake goes by
// (RFC 8446, Section 4.6.2).
type Later struct {
	// Transcript is that of the handshake, the client's Finished included. It is
	// cloned before anything is added.
	Transcript secrets.Transcript
	// Requests are those that a server has sent and the client has not answered.
	Requests []LaterRequest
}

// MaxLaterRequests is how many requests may await their answers at once.
const MaxLaterRequests = 16

// LaterRequest is a request for a client's certificate.
type LaterRequest struct {
	// Context names it within the connection.
	Context []byte
	// Offered are the types of its extensions, which are not changed.
	Offered []messages.ExtensionType
	// Transcript has the CertificateRequest at its end.
	Transcript secrets.Transcript
}

// Take removes the request of a context, and gives it.
func (l *Later) Take(context []byte) (LaterRequest, bool) {
	at := slices.IndexFunc(l.Requests, func(r LaterRequest) bool { return bytes.Equal(r.Context, context) })
	if at < 0 {
		return LaterRequest{}, false
	}
	taken := l.Requests[at]
	l.Requests = slices.Concat(l.Requests[:at], l.Requests[at+1:])
	return taken, true
}

// LaterType is the kind of certificate that a client shows after the handshake.
func (hs *Context) LaterType() messages.CertificateType {
	return agreedType(hs, hs.Connection.PeerCertificateType)
}

func (l *Later) clone() *Later {
	if l == nil {
		return nil
	}
	return &Later{Transcript: l.Transcript.Clone(), Requests: slices.Clone(l.Requests)}
}

// SendUnrecordedRaw stages a message that Marshal gave, or a copy of one, which
// the transcript leaves out.
func (hs *Context) SendUnrecordedRaw(raw []byte) {
	hs.stage(Action{Kind: SendMessage, Message: raw})
}
