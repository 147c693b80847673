package handshake

import (
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// ReadHello takes a ClientHello apart, as far as every version reads it
// alike.
func ReadHello(hs *Context, m *messages.ClientHello) (*Hello, error) {
	if err := CheckOffer(&m.Extensions, messages.InClientHello); err != nil {
		return nil, err
	}
	info := &events.ClientHello{CipherSuites: m.CipherSuites, Raw: hs.Raw}
	if err := readNames(hs, m, info); err != nil {
		return nil, err
	}
	if err := readLists(hs, m, info); err != nil {
		return nil, err
	}
	return &Hello{Raw: hs.Raw, Message: *m, Info: info}, nil
}

func readNames(hs *Context, m *messages.ClientHello, info *events.ClientHello) error {
	var name messages.ServerNameOffer
	if _, err := hs.Get(&m.Extensions, &name); err != nil {
		return err
	}
	info.ServerName = string(name.Name)
	var protocols messages.ALPNOffer
	if _, err := hs.Get(&m.Extensions, &protocols); err != nil {
		return err
	}
	for _, protocol := range protocols.Protocols {
		info.ALPN = append(info.ALPN, string(protocol))
	}
	var authorities messages.CertificateAuthorities
	if _, err := hs.Get(&m.Extensions, &authorities); err != nil {
		return err
	}
	info.Authorities = authorities.Authorities
	return nil
}

func readLists(hs *Context, m *messages.ClientHello, info *events.ClientHello) error {
	var versions messages.SupportedVersionsOffer
	present, err := hs.Get(&m.Extensions, &versions)
	if err != nil {
		return err
	}
	info.Versions = versions.Versions
	if !present {
		info.Versions = legacyVersions(m.LegacyVersion)
	}
	var groups messages.SupportedGroups
	if _, err := hs.Get(&m.Extensions, &groups); err != nil {
		return err
	}
	info.Groups = groups.Groups
	var schemes messages.SignatureAlgorithms
	if _, err := hs.Get(&m.Extensions, &schemes); err != nil {
		return err
	}
	var schemesCert messages.SignatureAlgorithmsCert
	if _, err := hs.Get(&m.Extensions, &schemesCert); err != nil {
		return err
	}
	info.Schemes, info.SchemesCert = schemes.Schemes, schemesCert.Schemes
	return nil
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
