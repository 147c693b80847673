package answer

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Certificate is a chain with the signer of its key. It is immutable and safe
// for concurrent use, if its signer is.
type Certificate struct {
	chain  [][]byte
	leaf   *x509.Certificate // nil if there is but a raw public key
	raw    []byte            // that stands in place of the chain, or nil
	key    crypto.PublicKey
	signer crypto.Signer // nil where there is but a delegated key
	// delegated is a delegated credential to show where it is taken, or nil.
	delegated *delegated

	// current and legacy are what engines get for TLS 1.3 and for earlier
	// versions: a key signs with other schemes there.
	current, legacy events.Credential
	// names are the DNS names and addresses of the leaf, in lower case.
	names []string
	// issuers are the distinguished names that the chain leads to, signatures
	// the schemes it is signed with, without those of self-signed certificates.
	issuers    [][]byte
	signatures []messages.SignatureScheme
}

// NewCertificate joins a chain in DER, the end-entity certificate first, with
// the signer of its key, which may be remote. It keeps the slices, which must
// not be changed. It refuses what does not parse, keys that are not supported,
// and a signer of another key.
func NewCertificate(chain [][]byte, signer crypto.Signer) (*Certificate, error) {
	if signer == nil {
		return nil, errors.New("answer: no signer")
	}
	c, err := parseCertificate(chain)
	if err != nil {
		return nil, err
	}
	key := c.key
	c.signer = signer
	if !sameKey(key, signer.Public()) {
		return nil, errors.New("answer: the signer's key is not that of the certificate")
	}
	c.legacy.Decrypts = decrypts(key, signer) && mayDecrypt(c.leaf)
	if !maySign(c.leaf) && !c.legacy.Decrypts {
		return nil, errors.New("answer: the certificate's key usage allows neither signatures nor key transport")
	}
	if maySign(c.leaf) {
		c.current.Schemes = secrets.SchemesFor(secrets.Rules13, key)
		c.legacy.Schemes = secrets.SchemesFor(secrets.Rules12, key)
	}
	c.complete()
	return c, nil
}

// parseCertificate makes one that signs nothing yet.
func parseCertificate(chain [][]byte) (*Certificate, error) {
	if len(chain) == 0 {
		return nil, errors.New("answer: a chain of no certificates")
	}
	c := &Certificate{chain: slices.Clone(chain)}
	for i, der := range chain {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("answer: certificate %d of the chain: %w", i, err)
		}
		if i == 0 {
			c.leaf = parsed
		}
		c.noteIssuer(parsed)
	}
	var err error
	if c.key, err = publicKeyOf(c.leaf); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	for _, name := range c.leaf.DNSNames {
		c.names = append(c.names, strings.ToLower(name))
	}
	for _, address := range c.leaf.IPAddresses {
		c.names = append(c.names, address.String())
	}
	return c, nil
}

func (c *Certificate) noteIssuer(parsed *x509.Certificate) {
	c.issuers = append(c.issuers, parsed.RawIssuer)
	if bytes.Equal(parsed.RawIssuer, parsed.RawSubject) {
		return
	}
	if scheme := chainScheme(parsed.SignatureAlgorithm); !slices.Contains(c.signatures, scheme) {
		c.signatures = append(c.signatures, scheme)
	}
}

// complete makes both credentials hand c back to whoever signs.
func (c *Certificate) complete() {
	for _, credential := range []*events.Credential{&c.current, &c.legacy} {
		credential.Chain, credential.RawPublicKey, credential.Key = c.chain, c.raw, c
	}
}

// sameKey compares the certificate's key with the signer's, which does not know
// under which name the certificate has it.
func sameKey(certified, signers crypto.PublicKey) bool {
	if pss, ok := certified.(secrets.PSSPublicKey); ok {
		certified = pss.PublicKey
	}
	key, ok := certified.(interface{ Equal(crypto.PublicKey) bool })
	return ok && key.Equal(signers)
}

// decrypts tells whether a signer of this key answers [events.Decrypt].
func decrypts(key crypto.PublicKey, signer crypto.Signer) bool {
	_, transports := key.(*rsa.PublicKey)
	_, able := signer.(crypto.Decrypter)
	return transports && able
}

// Staple gives a copy of c that sends an OCSP response and signed certificate
// timestamps, either of which may be nil (RFC 8446, Section 4.4.2.1). It keeps
// the slices, which must not be changed.
func (c *Certificate) Staple(ocsp []byte, scts [][]byte) *Certificate {
	stapled := c.copy()
	for _, credential := range []*events.Credential{&stapled.current, &stapled.legacy} {
		credential.OCSP, credential.SCTs = ocsp, scts
	}
	return stapled
}

// StapleChain gives a copy of c that sends OCSP responses and signed certificate
// timestamps for the certificates behind the first too, in the order of the chain,
// to peers that ask for them; nil where there is none. In TLS 1.2 there are
// responses alone, for clients that ask for those of the chain
// (RFC 8446, Section 4.4.2.1, and RFC 6961, Section 2.2). It keeps the slices, which
// must not be changed.
func (c *Certificate) StapleChain(ocsp [][]byte, scts [][][]byte) *Certificate {
	stapled := c.copy()
	stapled.current.OCSPChain, stapled.current.SCTsChain = ocsp, scts
	stapled.legacy.OCSPChain = ocsp
	return stapled
}

// PublishAt gives a copy of c that a client of TLS 1.2 sends as where it can be
// fetched, where its config and the server agree to that: a URL for each
// certificate of the chain, or the single one of a PkiPath with the hash of that
// (RFC 6066, Section 5). It keeps the slice, which must not be changed.
func (c *Certificate) PublishAt(chain messages.CertChainType, urls []messages.URLAndHash) *Certificate {
	published := c.copy()
	published.legacy.URLs, published.legacy.URLsArePath = urls, chain == messages.ChainPkiPath
	return published
}

// Restrict gives a copy of c that signs with none but the schemes given, most
// preferred first: for signers that cannot do all that their key could. Schemes
// that do not fit the key are left out.
func (c *Certificate) Restrict(schemes ...messages.SignatureScheme) *Certificate {
	restricted := c.copy()
	restricted.current.Schemes = common(schemes, c.current.Schemes)
	restricted.legacy.Schemes = common(schemes, c.legacy.Schemes)
	return restricted
}

func (c *Certificate) copy() *Certificate {
	other := *c
	other.complete()
	return &other
}

func common(wanted, possible []messages.SignatureScheme) []messages.SignatureScheme {
	var both []messages.SignatureScheme
	for _, scheme := range wanted {
		if slices.Contains(possible, scheme) {
			both = append(both, scheme)
		}
	}
	return both
}

// Leaf is the end-entity certificate, nil of a raw public key. It must not be
// changed.
func (c *Certificate) Leaf() *x509.Certificate { return c.leaf }

// Credential is c as an engine of the version takes it, with its delegated
// credential, if there is one, whether or not that is valid still. It must not be
// changed.
func (c *Certificate) Credential(version messages.Version) *events.Credential {
	switch version {
	case messages.SSL30, messages.TLS10, messages.TLS11, messages.TLS12, messages.DTLS10, messages.DTLS12:
		return &c.legacy
	}
	return c.withDelegated()
}

// Format implements [fmt.Formatter]: no verb prints the key, which a signer of
// Ed25519 would be.
func (c Certificate) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "certificate of %q, a chain of %d", c.names, len(c.chain))
}

// nameMatch tells how well a certificate fits a name.
type nameMatch int

const (
	noMatch nameMatch = iota
	wildcardMatch
	exactMatch
)

// matchName looks for a name in lower case among those of the certificate. A
// wildcard stands for one whole label (RFC 6125, Section 6.4.3).
func (c *Certificate) matchName(name string) nameMatch {
	if c.raw != nil || slices.Contains(c.names, name) {
		return exactMatch
	}
	if _, parent, found := strings.Cut(name, "."); found && parent != "" && net.ParseIP(name) == nil {
		if slices.Contains(c.names, "*."+parent) {
			return wildcardMatch
		}
	}
	return noMatch
}
