package authenticator

import (
	"bytes"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// ReadRequest reads a request of the peer's, as the application has carried it, to be
// answered by [Session.Answer] or [Session.Decline]: a ClientCertificateRequest on a
// server, a CertificateRequest on a client. It copies the bytes, and reads each
// request once: another with the same context is refused as [ContextUsed]
// (RFC 9261, Section 4).
func (s *Session) ReadRequest(request []byte) (*Request, error) {
	p, err := s.connection.AuthenticatorParameters()
	if err != nil {
		return nil, err
	}
	kind, raw, rest, err := cut(request, p.MaxMessage)
	switch {
	case err != nil:
		return nil, err
	case kind != requestOf(p.Role.Peer()) || len(rest) > 0:
		return nil, UnexpectedMessage.with("%v with %d bytes behind it", kind, len(rest))
	}
	r := &Request{session: s, origin: peers, role: p.Role, raw: bytes.Clone(raw)}
	// Both messages have the same form.
	var m messages.CertificateRequest13
	if err := decode(r.raw, &m); err != nil {
		return nil, err
	}
	if err := checkRequest(&m.Extensions, p.Role.Peer()); err != nil {
		return nil, err
	}
	if r.options, err = readOptions(&m.Extensions); err != nil {
		return nil, err
	}
	r.options.Context = m.Context
	if p.Role == events.Server {
		// Whatever chooses a credential for a server expects a hello.
		r.hello = &events.ClientHello{
			ServerName: r.options.ServerName, Schemes: r.options.Schemes,
			SchemesCert: r.options.SchemesCert, Authorities: r.options.Authorities,
		}
	}
	if err := s.contexts.turn(m.Context, unused, asked); err != nil {
		return nil, err
	}
	return r, nil
}

// requestOf is the type of a role's requests.
func requestOf(role events.Role) messages.HandshakeType {
	if role == events.Server {
		return messages.TypeCertificateRequest
	}
	return messages.TypeClientCertRequest
}

// checkRequest checks which extensions there are. server_name may stand in what a
// client asks, and what is unknown is ignored (RFC 9261, Section 4 and Section 5.2.1).
func checkRequest(x *messages.Extensions, sender events.Role) error {
	if t, twice := x.Duplicate(); twice {
		return DuplicateExtension.with("%v", t)
	}
	for _, e := range x.List {
		places, known := e.Type.Places()
		named := e.Type == messages.ExtensionServerName && sender == events.Client
		if known && places&messages.InCertificateRequest == 0 && !named {
			return MisplacedExtension.with("%v", e.Type)
		}
	}
	return nil
}

// readOptions reads what the extensions of a request ask for.
func readOptions(x *messages.Extensions) (Options, error) {
	var (
		name        messages.ServerNameOffer
		schemes     messages.SignatureAlgorithms
		schemesCert messages.SignatureAlgorithmsCert
		authorities messages.CertificateAuthorities
		filters     messages.OIDFilters
	)
	for _, body := range [...]messages.ExtensionBody{&name, &schemes, &schemesCert, &authorities, &filters} {
		if _, err := get(x, body); err != nil {
			return Options{}, err
		}
	}
	o := Options{
		ServerName: string(name.Name), Schemes: schemes.Schemes, SchemesCert: schemesCert.Schemes,
		Authorities: authorities.Authorities, OIDFilters: filters.Filters,
	}
	if len(o.Schemes) == 0 {
		return Options{}, MissingExtension
	}
	if len(o.OIDFilters) > handshake.MaxOIDFilters {
		return Options{}, MalformedExtension.with("%v: %d filters", filters.ExtensionType(), len(o.OIDFilters))
	}
	if oid, twice := handshake.RepeatedOID(o.OIDFilters); twice {
		return Options{}, MalformedExtension.with("%v: %x stands there twice", filters.ExtensionType(), oid)
	}
	if len(o.SchemesCert) == 0 {
		o.SchemesCert = o.Schemes
	}
	return o, o.readStapled(x)
}

// readStapled reads what is asked to be stapled. A CertificateRequest asks for an
// OCSP response without saying more, a ClientHello says of which kind
// (RFC 8446, Section 4.4.2.1, and RFC 6066, Section 8).
func (o *Options) readStapled(x *messages.Extensions) error {
	data, present := x.Lookup(messages.ExtensionStatusRequest)
	o.RequestOCSP = present
	if len(data) > 0 {
		var status messages.StatusRequestOffer
		if _, err := get(x, &status); err != nil {
			return err
		}
		o.RequestOCSP = status.StatusType == messages.StatusTypeOCSP
	}
	var err error
	o.RequestSCTs, err = get(x, &messages.SCTOffer{})
	return err
}

// Spontaneous gives a server what stands in for a request where there is none: what
// the client said in its hello of this connection, which [events.PeerHelloReceived]
// brought, of the last handshake (RFC 9261, Section 5.2.1 and Section 5.2.2). [Session.Answer]
// takes it. The context is of 0 to 255 bytes; nil draws 32, and another one must be
// one that the client cannot predict. It is misuse on a client
// (RFC 9261, Section 5).
func (s *Session) Spontaneous(hello *events.ClientHello, context []byte) (*Request, error) {
	p, err := s.connection.AuthenticatorParameters()
	switch {
	case err != nil:
		return nil, err
	case p.Role == events.Client:
		return nil, misuse("a client makes no authenticator without a request")
	case hello == nil || len(hello.Raw) < messages.HandshakeHeaderLen:
		return nil, misuse("there is no hello, or none that a client has sent")
	}
	var m messages.ClientHello
	if err := messages.Decode(bodyOf(hello.Raw), &m); err != nil {
		return nil, misuse("the hello does not decode: %v", err)
	}
	r := &Request{session: s, origin: clientHello, role: p.Role, hello: hello}
	r.options = Options{
		ServerName: hello.ServerName, Schemes: hello.Schemes, SchemesCert: hello.SchemesCert,
		Authorities: hello.Authorities,
	}
	if len(r.options.SchemesCert) == 0 {
		r.options.SchemesCert = hello.Schemes
	}
	if err := r.options.readStapled(&m.Extensions); err != nil {
		return nil, err
	}
	if r.options.Context, err = s.context(context, p.Rand); err != nil {
		return nil, err
	}
	return r, nil
}
