package handshake

import (
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// The bounds on what is kept of a hello in parts that take more memory than on
// the wire.
const (
	// maxHelloExtensions is far beyond what any client sends.
	maxHelloExtensions = 1024
	// maxProtocols is how many of the client's application protocols are
	// considered, the first ones.
	maxProtocols = 64
)

// helloBodies is what the extensions of a hello are read into.
type helloBodies struct {
	name        messages.ServerNameOffer
	protocols   messages.ALPNOffer
	authorities messages.CertificateAuthorities
	versions    messages.SupportedVersionsOffer
	groups      messages.SupportedGroups
	schemes     messages.SignatureAlgorithms
	schemesCert messages.SignatureAlgorithmsCert
	serverTypes messages.ServerCertificateTypeOffer
	clientTypes messages.ClientCertificateTypeOffer
}

// ReadHello takes a ClientHello apart, as far as every version reads it
// alike.
func ReadHello(hs *Context, m *messages.ClientHello) (*Hello, error) {
	if n := len(m.Extensions.List); n > maxHelloExtensions {
		return nil, refuse.MalformedExtension.With("%d of them", n)
	}
	if err := CheckOffer(&m.Extensions, messages.InClientHello); err != nil {
		return nil, err
	}
	read := &hs.bodies
	*read = helloBodies{}
	defer func() { *read = helloBodies{} }()
	for _, body := range [...]messages.ExtensionBody{
		&read.name, &read.protocols, &read.authorities, &read.versions, &read.groups, &read.schemes, &read.schemesCert,
		&read.serverTypes, &read.clientTypes,
	} {
		if _, err := hs.Get(&m.Extensions, body); err != nil {
			return nil, err
		}
	}
	info := new(events.ClientHello)
	info.CipherSuites, info.Raw = m.CipherSuites, hs.Raw
	info.ServerName = string(read.name.Name)
	for _, protocol := range read.protocols.Protocols[:min(len(read.protocols.Protocols), maxProtocols)] {
		info.ALPN = append(info.ALPN, string(protocol))
	}
	info.Authorities = read.authorities.Authorities
	info.Versions = read.versions.Versions
	if !m.Extensions.Has(messages.ExtensionSupportedVersions) {
		info.Versions = legacyVersions(m.LegacyVersion)
	}
	info.Groups = read.groups.Groups
	info.Schemes, info.SchemesCert = read.schemes.Schemes, read.schemesCert.Schemes
	info.ServerCertificateTypes, info.ClientCertificateTypes = read.serverTypes.Types, read.clientTypes.Types
	return &Hello{Raw: hs.Raw, Message: *m, Info: info}, nil
}

// legacyVersions are the versions that a client allows which sends no
// supported_versions: all up to that of its hello, but never TLS 1.3
// (RFC 8446, Appendix D.2).
func legacyVersions(highest messages.Version) []messages.Version {
	var versions []messages.Version
	for v := min(highest, messages.TLS12); v > messages.SSL30; v-- {
		versions = append(versions, v)
	}
	return versions
}
