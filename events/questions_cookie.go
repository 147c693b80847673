package events

import (
	"fmt"

	"github.com/tacitls/tacitls/messages"
)

// MaxCookie is how many bytes a cookie may have.
const MaxCookie = 1 << 12

// SealCookie asks a server's caller to turn State into a cookie that only it can
// have made, where the config has Cookies: the client brings it back in its second
// ClientHello, and nothing is remembered meanwhile (RFC 8446, Section 4.2.2). State
// holds no secret, but must be authenticated; who knows the address of the client
// authenticates that with it, so that a cookie shows that the client is there.
type SealCookie struct {
	Asked
	Hello *ClientHello
	State []byte
}

// Reply answers with the cookie, of 1 to [MaxCookie] bytes.
func (q *SealCookie) Reply(cookie []byte) Answer {
	return &CookieSealed{Replied: Replied{q.ID}, Cookie: cookie}
}

// Refuse ends the handshake with the alert given; err says why.
func (q *SealCookie) Refuse(alert messages.Alert, err error) Answer {
	return refused(q.ID, alert, err)
}

// CookieSealed answers [SealCookie].
type CookieSealed struct {
	Replied
	Cookie []byte
}

// OpenCookie asks a server's caller what is in a client's cookie. The engine
// checks that it is of a HelloRetryRequest sent a short while ago, and this hello
// against the one that that answered.
type OpenCookie struct {
	Asked
	Hello  *ClientHello
	Cookie []byte
}

// Reply answers with the state, as once given by [SealCookie].State. The engine
// copies what it keeps.
func (q *OpenCookie) Reply(state []byte) Answer {
	return &CookieOpened{Replied: Replied{q.ID}, State: state}
}

// None answers that the cookie is none of this server's; the handshake ends with
// illegal_parameter.
func (q *OpenCookie) None() Answer { return &CookieOpened{Replied: Replied{q.ID}} }

// CookieOpened answers [OpenCookie]. An empty State means none.
type CookieOpened struct {
	Replied
	State []byte
}

func (q *SealCookie) String() string {
	return fmt.Sprintf("seal cookie? state of %d bytes", len(q.State))
}

func (q *OpenCookie) String() string {
	return fmt.Sprintf("open cookie? %d bytes", len(q.Cookie))
}

func (*SealCookie) event() {}
func (*OpenCookie) event() {}
