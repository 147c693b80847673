package authenticator

import (
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Options are what a request says, in either direction. Slices must not be changed
// once given or got.
type Options struct {
	// Context names the request within the connection, in 0 to 255 bytes. Nil draws
	// 32 bytes from the config's Rand, which the peer cannot predict; another one
	// should be as hard to predict (RFC 9261, Section 4).
	Context []byte
	// ServerName is the name that a client asks the server to prove, of at most 255
	// bytes; a server asks for none (RFC 9261, Section 4).
	ServerName string
	// Schemes are those that may sign, most preferred first. None stands for the
	// config's, as far as they sign in TLS 1.3 (RFC 9261, Section 5.2.2). Those that a
	// peer asks for may have unknown ones among them.
	Schemes []messages.SignatureScheme
	// SchemesCert are those that the chain may be signed with. None stands for
	// Schemes, or for the config's where there are no Schemes either
	// (RFC 8446, Section 4.2.3).
	SchemesCert []messages.SignatureScheme
	// Authorities are distinguished names in DER that the chain should lead to
	// (RFC 8446, Section 4.2.4).
	Authorities [][]byte
	// OIDFilters say what the end-entity certificate is to have, as a server's config
	// says it: at most 256, each object identifier once. The questions at both ends have
	// them, since nobody else holds the certificate to them
	// (RFC 9261, Section 5.2.1, and RFC 8446, Section 4.2.5).
	OIDFilters []messages.OIDFilter
	// RequestOCSP asks to have an OCSP response stapled to the certificate, and
	// RequestSCTs signed certificate timestamps (RFC 8446, Section 4.4.2.1).
	RequestOCSP, RequestSCTs bool
}

// origin is where a request comes from.
type origin uint8

const (
	ours        origin = iota // this end asks
	peers                     // the peer asks
	clientHello               // the ClientHello stands in for a request
)

// Request is a request for an authenticator, of this end's or of the peer's. It is
// immutable, and good in the Session alone that made it.
type Request struct {
	session *Session
	origin  origin
	role    events.Role // of this end
	options Options
	raw     []byte
	hello   *events.ClientHello // on a server: what the client said, or as if it had
}

// Options are what the request says, its context included.
func (r *Request) Options() Options { return r.options }

// Bytes is the message to carry to the peer, or as the peer has sent it: nil where the
// ClientHello stands in for one. It must not be changed.
func (r *Request) Bytes() []byte { return r.raw }

// ChooseCredential is the question which credential shall answer the peer's request.
// Its Version is TLS 1.3 on a connection of TLS 1.2 too, since the messages of an
// authenticator and their signature schemes are of TLS 1.3 (RFC 9261, Section 5.2). On a
// server its Hello is the client's, or, where the client asks by a request, has what the
// request says and nothing else.
func (r *Request) ChooseCredential() *events.ChooseCredential {
	o := &r.options
	return &events.ChooseCredential{
		Role: r.role, Version: messages.TLS13, ServerName: o.ServerName,
		Schemes: handshake.Signing(o.Schemes), SchemesCert: o.SchemesCert, Authorities: o.Authorities,
		OIDFilters: o.OIDFilters, Hello: r.hello,
	}
}

// Request makes a request for the peer to answer: a CertificateRequest of a server's,
// a ClientCertificateRequest of a client's (RFC 9261, Section 4). [Session.Read] takes
// the answer. It is refused as [ContextUsed] and [TooManyContexts], and as misuse
// where the options cannot be.
func (s *Session) Request(options Options) (*Request, error) {
	p, err := s.connection.AuthenticatorParameters()
	if err != nil {
		return nil, err
	}
	if err := options.complete(p); err != nil {
		return nil, err
	}
	if options.Context, err = s.context(options.Context, p.Rand); err != nil {
		return nil, err
	}
	raw, err := options.encode(p.Role)
	if err != nil {
		return nil, err
	}
	if err := s.contexts.turn(options.Context, unused, requested); err != nil {
		return nil, err
	}
	return &Request{session: s, origin: ours, role: p.Role, options: options, raw: raw}, nil
}

// complete puts the config's choices where there are none, and checks the rest.
func (o *Options) complete(p *engine.AuthenticatorParameters) error {
	switch {
	case len(o.Schemes)+len(o.SchemesCert) == 0:
		o.Schemes, o.SchemesCert = handshake.Signing(p.Schemes), p.SchemesCert
	case len(o.Schemes) == 0:
		o.Schemes = handshake.Signing(p.Schemes)
	case len(o.SchemesCert) == 0:
		o.SchemesCert = o.Schemes
	}
	o.ServerName = strings.ToLower(strings.TrimSuffix(o.ServerName, "."))
	switch {
	case len(o.Schemes) == 0:
		return misuse("none of the config's schemes signs in TLS 1.3")
	case !slices.Equal(o.Schemes, handshake.Signing(o.Schemes)):
		return misuse("not all of %v sign in TLS 1.3", handshake.Few(o.Schemes))
	case len(o.ServerName) > maxServerName:
		return misuse("a server name of %d bytes", len(o.ServerName))
	case o.ServerName != "" && p.Role == events.Server:
		return misuse("a server asks for no server name")
	}
	if err := handshake.CheckOIDFilters(o.OIDFilters); err != nil {
		return misuse("OIDFilters: %v", err)
	}
	return nil
}

// maxServerName is the length in bytes of the longest name that there is in DNS.
const maxServerName = 255

// encode writes the request of a role.
func (o *Options) encode(role events.Role) ([]byte, error) {
	offered := handshake.OfferSchemes(o.Schemes, o.SchemesCert)
	var x messages.Extensions
	for _, extension := range [...]struct {
		body   messages.ExtensionBody
		wanted bool
	}{
		{&messages.ServerNameOffer{Name: []byte(o.ServerName)}, o.ServerName != ""},
		{&messages.SignatureAlgorithms{Schemes: offered}, true},
		{&messages.SignatureAlgorithmsCert{Schemes: o.SchemesCert}, !slices.Equal(offered, o.SchemesCert)},
		{&messages.CertificateAuthorities{Authorities: o.Authorities}, len(o.Authorities) > 0},
		{&messages.OIDFilters{Filters: o.OIDFilters}, len(o.OIDFilters) > 0},
		// In this form a CertificateRequest has it (RFC 8446, Section 4.4.2.1).
		{&messages.StatusRequestAck{}, o.RequestOCSP},
		{&messages.SCTOffer{}, o.RequestSCTs},
	} {
		if !extension.wanted {
			continue
		}
		if err := put(&x, extension.body); err != nil {
			return nil, err
		}
	}
	if role == events.Server {
		return encode(&messages.CertificateRequest13{Context: o.Context, Extensions: x})
	}
	return encode(&messages.ClientCertificateRequest{Context: o.Context, Extensions: x})
}

// asked lists what may be stapled in answer to the request.
func (o *Options) asked() []messages.ExtensionType {
	var types []messages.ExtensionType
	if o.RequestOCSP {
		types = append(types, messages.ExtensionStatusRequest)
	}
	if o.RequestSCTs {
		types = append(types, messages.ExtensionSCT)
	}
	return types
}
