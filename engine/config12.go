package engine

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// Profile is a set of defaults, and of what TLS 1.2 allows. Suites that a config
// names are used whatever the profile, but for those of RSA key transport, which
// take Legacy.
type Profile uint8

const (
	// Modern has forward secrecy and an AEAD in every suite, and resumes no
	// session without extended_master_secret (RFC 7627).
	Modern Profile = iota
	// Compatible adds DHE with the groups of RFC 7919, and AES-CBC where the peer
	// agrees to encrypt_then_mac (RFC 7366). It resumes sessions without
	// extended_master_secret.
	Compatible
	// Legacy adds RSA key transport, and AES-CBC without encrypt_then_mac.
	Legacy
)

// String returns the profile's name in lower case.
func (p Profile) String() string {
	return [...]string{"modern", "compatible", "legacy", "unknown profile"}[min(p, Legacy+1)]
}

// Renegotiation is how many handshakes of TLS 1.2 may follow the first on a
// connection, whoever begins them. Each is bound to the one before by RFC 5746, or
// does not take place; and the peer keeps the certificate that it has shown, the
// identity of a pre-shared key that it has named, the name that it asked for, and
// the application protocol.
type Renegotiation uint8

const (
	// RenegotiateNever answers no_renegotiation.
	RenegotiateNever Renegotiation = iota
	// RenegotiateOnce allows one.
	RenegotiateOnce
	// RenegotiateFreely allows any number, with data between them.
	RenegotiateFreely
	// RenegotiateExplicitly is RenegotiateFreely but for a client's answer to a
	// HelloRequest: [events.RenegotiationRequested] tells of it, and
	// [Engine.Renegotiate] answers it, or nobody does (RFC 5246, Section 7.4.1.1).
	RenegotiateExplicitly
)

// String returns the kind's name in lower case.
func (r Renegotiation) String() string { return handshake.Renegotiation(r).String() }

// Supplemental is what the SupplementalData messages of TLS 1.2 may carry
// (RFC 4680). What both ends have is agreed on in the hellos; what to send is
// asked by [events.ProvideSupplementalData], and what came is told by
// [events.SupplementalDataReceived].
type Supplemental struct {
	// UserMappings are the types of hints about the client's account that a client
	// can give and a server takes (RFC 4681).
	UserMappings []messages.UserMappingType
	// ClientAuthz are the formats of authorization data about the client, and
	// ServerAuthz those about the server (RFC 5878).
	ClientAuthz []messages.AuthzFormat
	ServerAuthz []messages.AuthzFormat
	// InClear allows it in the first handshake of a connection, where everybody on
	// the wire can read it. Otherwise it takes a renegotiation
	// (RFC 4680, Section 3).
	InClear bool
}

// compile12 checks and resolves what only TLS 1.2 knows.
func (c *Common) compile12(p *handshake.Policy) error {
	if c.Profile > Legacy {
		return invalid("Profile %d", c.Profile)
	}
	if c.Renegotiation > RenegotiateExplicitly {
		return invalid("Renegotiation %d", c.Renegotiation)
	}
	p.PlainCBC, p.ResumeWithoutEMS = c.Profile == Legacy, c.Profile != Modern
	p.Renegotiation = handshake.Renegotiation(c.Renegotiation)
	p.CertificateURLs = c.CertificateURLs
	p.Supplemental = handshake.Supplemental(c.Supplemental)
	for _, n := range []int{len(c.Supplemental.UserMappings), len(c.Supplemental.ClientAuthz), len(c.Supplemental.ServerAuthz)} {
		if n > maxSupplemental {
			return invalid("%d types of supplemental data", n)
		}
	}
	return nil
}

// maxSupplemental is what the list of an extension holds (RFC 4681, Section 3).
const maxSupplemental = 255

// The suites that each profile adds to those before it. Nothing writes to these
// lists.
var (
	compatibleSuites = []messages.CipherSuite{
		messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, messages.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
		messages.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,
		messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA, messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
	}
	legacySuites = []messages.CipherSuite{
		messages.TLS_RSA_WITH_AES_128_GCM_SHA256, messages.TLS_RSA_WITH_AES_256_GCM_SHA384,
		messages.TLS_RSA_WITH_AES_128_CBC_SHA256, messages.TLS_RSA_WITH_AES_256_CBC_SHA256,
		messages.TLS_RSA_WITH_AES_128_CBC_SHA, messages.TLS_RSA_WITH_AES_256_CBC_SHA,
	}
	compatibleGroups = []messages.Group{messages.FFDHE2048, messages.FFDHE3072, messages.FFDHE4096}
)

// suites are the profile's, most preferred first.
func (p Profile) suites() []messages.CipherSuite {
	suites := defaultSuites
	if p >= Compatible {
		suites = append(suites[:len(suites):len(suites)], compatibleSuites...)
	}
	if p >= Legacy {
		suites = append(suites[:len(suites):len(suites)], legacySuites...)
	}
	return suites
}

// groups are the profile's, most preferred first.
func (p Profile) groups() []messages.Group {
	if p == Modern {
		return defaultGroups
	}
	return append(defaultGroups[:len(defaultGroups):len(defaultGroups)], compatibleGroups...)
}
