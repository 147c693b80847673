package testkit

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync"
	"time"

	"filippo.io/mldsa"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Identity is a key with a certificate for it, signed by [Authority].
type Identity struct {
	Key         crypto.Signer
	Chain       [][]byte
	Certificate *x509.Certificate
	// Delegated is a delegated credential of the certificate's, or nil.
	Delegated *Delegated
}

// Credential is what the identity has to show, in TLS 1.3.
func (id *Identity) Credential() *events.Credential { return id.CredentialIn(messages.TLS13) }

// CredentialIn is what the identity has to show in a version.
func (id *Identity) CredentialIn(version messages.Version) *events.Credential {
	rules := secrets.Rules13
	if version == messages.TLS12 {
		rules = secrets.Rules12
	}
	_, decrypts := id.Key.(crypto.Decrypter)
	credential := &events.Credential{
		Chain:    id.Chain,
		Schemes:  secrets.SchemesFor(rules, id.Key.Public()),
		Decrypts: decrypts,
		Key:      id,
	}
	if id.Delegated != nil {
		credential.Delegated = id.Delegated.Credential
	}
	return credential
}

// RawCredentialIn is the identity's key alone, in a version.
func (id *Identity) RawCredentialIn(version messages.Version) *events.Credential {
	credential := id.CredentialIn(version)
	credential.Chain, credential.Delegated, credential.RawPublicKey = nil, nil, id.Certificate.RawSubjectPublicKeyInfo
	return credential
}

// Decrypt decrypts what [events.Decrypt] asks for. It is no secret here whether
// the padding was good.
func (id *Identity) Decrypt(ciphertext []byte) ([]byte, error) {
	return id.Key.(crypto.Decrypter).Decrypt(nil, ciphertext, nil)
}

// The kinds of keys that identities have.
const (
	P256    = "ecdsa-p256"
	P384    = "ecdsa-p384"
	P521    = "ecdsa-p521"
	Ed25519 = "ed25519"
	RSA     = "rsa-2048"
)

// Kinds lists them.
func Kinds() []string { return []string{P256, P384, P521, Ed25519, RSA} }

// ServerName is the name that all server certificates have.
const ServerName = "server.example"

var (
	authority = sync.OnceValue(func() *Identity { return newIdentity("authority", P256, nil, nil) })
	servers   = sync.OnceValue(func() map[string]*Identity { return identities("server", x509.ExtKeyUsageServerAuth) })
	clients   = sync.OnceValue(func() map[string]*Identity { return identities("client", x509.ExtKeyUsageClientAuth) })
)

// Authority is the root of all test certificates.
func Authority() *Identity { return authority() }

// Roots is a pool of the Authority alone.
func Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(Authority().Certificate)
	return pool
}

// Server is a server's identity with a key of one of the kinds.
func Server(kind string) *Identity { return servers()[kind] }

// Client is a client's identity, with the common name "client".
func Client(kind string) *Identity { return clients()[kind] }

// Delegator is a server's identity whose certificate may delegate, with a key of one
// of [Kinds] (RFC 9345, Section 4.2).
func Delegator(kind string) *Identity {
	return newIdentity("delegator", kind, Authority(), []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth})
}

var delegationUsage = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 44363, 44}

func identities(name string, usage x509.ExtKeyUsage) map[string]*Identity {
	all := map[string]*Identity{}
	for _, kind := range append(Kinds(), OtherKinds()...) {
		all[kind] = newIdentity(name, kind, Authority(), []x509.ExtKeyUsage{usage})
	}
	return all
}

// newIdentity makes a certificate for a key made from the names; without an
// issuer it is a root.
func newIdentity(name, kind string, issuer *Identity, usages []x509.ExtKeyUsage) *Identity {
	id := &Identity{Key: newKey(kind, name+" "+kind)}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(int64(len(name)*1000 + len(kind))),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             Now.Add(-24 * time.Hour),
		NotAfter:              Now.Add(20 * 365 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           usages,
		BasicConstraintsValid: true,
	}
	if kind == RSA {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment // for key transport
	}
	parent, signer := template, id.Key
	if issuer == nil {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	} else {
		parent, signer = issuer.Certificate, issuer.Key
		if name != "client" {
			template.DNSNames = []string{ServerName, "localhost"}
		}
		if name == "delegator" {
			template.ExtraExtensions = []pkix.Extension{{Id: delegationUsage, Value: asn1.NullBytes}}
		}
	}
	public, own := id.Key.Public(), []byte(nil)
	if slices.Contains(OtherKinds(), kind) {
		// crypto/x509 makes none: that of another key is made into one.
		own, public = PublicKeyInfo(public), issuer.Key.Public()
	}
	der, err := x509.CreateCertificate(nil, template, parent, public, deterministic{signer})
	if err != nil {
		panic(fmt.Sprintf("testkit: certificate for %s: %v", kind, err))
	}
	if own != nil {
		der = certify(der, own, issuer)
	}
	id.Chain = [][]byte{der}
	id.Certificate, err = x509.ParseCertificate(der)
	if err != nil {
		panic(fmt.Sprintf("testkit: certificate for %s: %v", kind, err))
	}
	return id
}

//go:embed testdata/rsa2048.pem
var rsaPEM []byte

func newKey(kind, seed string) crypto.Signer {
	switch kind {
	case P256:
		return ecdsaKey(elliptic.P256(), seed)
	case P384:
		return ecdsaKey(elliptic.P384(), seed)
	case P521:
		return ecdsaKey(elliptic.P521(), seed)
	case Ed25519:
		material := make([]byte, ed25519.SeedSize)
		_, _ = Rand(seed).Read(material)
		return ed25519.NewKeyFromSeed(material)
	case Ed448:
		return ed448Key(seed)
	case MLDSA44, MLDSA65, MLDSA87:
		return mldsaKey(kind, seed)
	}
	block, _ := pem.Decode(rsaPEM)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(fmt.Sprintf("testkit: RSA key: %v", err))
	}
	return key.(*rsa.PrivateKey)
}

func ecdsaKey(curve elliptic.Curve, seed string) *ecdsa.PrivateKey {
	material := make([]byte, (curve.Params().BitSize+7)/8)
	random := Rand(seed)
	for {
		_, _ = random.Read(material)
		if curve == elliptic.P521() {
			material[0] &= 1
		}
		if key, err := ecdsa.ParseRawPrivateKey(curve, material); err == nil {
			return key
		}
	}
}

// deterministic signs without entropy: ECDSA by RFC 6979.
type deterministic struct{ crypto.Signer }

func (d deterministic) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return d.Signer.Sign(nil, digest, opts)
}

// Sign signs what [events.Sign] asks for. ECDSA and Ed25519 need no entropy;
// RSA-PSS takes a salt from the key and the content, so that it is
// deterministic too.
func (id *Identity) Sign(scheme messages.SignatureScheme, content []byte) ([]byte, error) {
	hash, _ := secrets.HashOf(scheme)
	digest := content
	if hash != 0 {
		h := hash.New()
		h.Write(content)
		digest = h.Sum(nil)
	}
	if _, ok := id.Key.(*rsa.PrivateKey); ok && !pkcs1(scheme) {
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
		return id.Key.Sign(Rand("salt "+string(digest)), digest, options)
	}
	if own, ok := id.Key.(*mldsa.PrivateKey); ok {
		return own.SignDeterministic(content, nil)
	}
	return id.Key.Sign(nil, digest, hash)
}

// RawRSA is RSA without any padding, for the blocks that only attackers make.
func RawRSA(key *rsa.PublicKey, block []byte) []byte {
	c := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(key.E)), key.N)
	return c.FillBytes(make([]byte, key.Size()))
}

// pkcs1 tells whether a scheme is one of PKCS #1 v1.5, which signs in TLS 1.2.
func pkcs1(scheme messages.SignatureScheme) bool {
	switch scheme {
	case messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512:
		return true
	}
	return false
}
