package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // for schemes that the suite still has
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"slices"

	mldsax509 "filippo.io/mldsa/x509"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// identity is a chain with its key.
type identity struct {
	index           int // that of the block, -1 for the default credential
	key             crypto.Signer
	credential      *events.Credential
	issuers         [][]byte // names in the chain that signed it, in DER
	mustMatchIssuer bool
}

// readIdentities reads the blocks, and the default credential after them.
func readIdentities(o *options) ([]*identity, error) {
	var identities []*identity
	for i, block := range o.Blocks {
		var id *identity
		var err error
		switch block.kind {
		case x509Chain:
			id, err = readIdentity(&block.ordinary, presetOf(o).sign)
		case rawKey:
			id, err = readRawKey(&block.ordinary, presetOf(o).sign)
		case delegatedKey:
			id, err = readDelegated(block)
		case importedKey:
			continue
		default:
			err = &unsupportedError{what: "a credential that is neither an X.509 chain, delegated or not, nor a raw key, nor imported"}
		}
		if err != nil {
			return nil, err
		}
		if id != nil {
			id.index, id.mustMatchIssuer = i, block.MustMatchIssuer
			identities = append(identities, id)
		}
	}
	id, err := readIdentity(&o.Default, presetOf(o).sign)
	if err != nil || id == nil {
		return identities, err
	}
	id.index = -1
	return append(identities, id), nil
}

// readIdentity gives nil where no files are named.
func readIdentity(o *ordinary, preferences []messages.SignatureScheme) (*identity, error) {
	if o.CertificateFile == "" && o.KeyFile == "" {
		return nil, nil
	}
	chain, err := readChain(o.CertificateFile)
	if err != nil {
		return nil, err
	}
	key, err := readKey(o.KeyFile)
	if err != nil {
		return nil, err
	}
	if len(o.SigningPreferences) > 0 {
		preferences = numbers[messages.SignatureScheme](o.SigningPreferences)
	}
	id := &identity{key: key}
	id.credential = &events.Credential{Chain: chain, Schemes: preferences, OCSP: o.OCSPResponse, Key: id}
	if len(o.SignedCertificateTimestamps) > 0 {
		if id.credential.SCTs, err = timestamps(o.SignedCertificateTimestamps); err != nil {
			return nil, err
		}
	}
	for _, der := range chain {
		if certificate, err := x509.ParseCertificate(der); err == nil {
			id.issuers = append(id.issuers, certificate.RawIssuer)
		}
	}
	return id, nil
}

// readKey reads the one private key of a file.
func readKey(file string) (crypto.Signer, error) {
	blocks, err := readPEM(file)
	if err != nil {
		return nil, err
	}
	if len(blocks) != 1 {
		return nil, &faultError{what: fmt.Sprintf("%s holds %d keys", file, len(blocks))}
	}
	parsed, err := mldsax509.ParsePKCS8PrivateKey(blocks[0])
	if err != nil {
		return nil, &unsupportedError{what: fmt.Sprintf("the key in %s: %v", file, err)}
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, &unsupportedError{what: fmt.Sprintf("a key of type %T", parsed)}
	}
	return key, nil
}

// schemes are those of the preferences that fit the key and are among those accepted.
func (id *identity) schemes(q *events.ChooseCredential, accepted []messages.SignatureScheme) []messages.SignatureScheme {
	rules := secrets.Rules13
	if q.Version < messages.TLS13 {
		rules = secrets.Rules12
	}
	fitting := secrets.SchemesFor(rules, id.key.Public())
	if rules == secrets.Rules12 {
		fitting = append(fitting, id.sha1Scheme())
	}
	return slices.DeleteFunc(slices.Clone(id.credential.Schemes), func(s messages.SignatureScheme) bool {
		return !slices.Contains(fitting, s) || !slices.Contains(accepted, s)
	})
}

// sha1Scheme is what the key can sign with by SHA-1, or 0.
func (id *identity) sha1Scheme() messages.SignatureScheme {
	switch id.key.Public().(type) {
	case *rsa.PublicKey:
		return messages.RSAPKCS1SHA1
	case *ecdsa.PublicKey:
		return messages.ECDSASHA1
	}
	return 0
}

// decrypts tells whether the key may be asked to decrypt.
func (id *identity) decrypts() bool {
	_, isRSA := id.key.(*rsa.PrivateKey)
	return isRSA
}

// decrypt decrypts a premaster secret. It is no secret here whether the padding was good.
func (id *identity) decrypt(ciphertext []byte) ([]byte, error) {
	return id.key.(*rsa.PrivateKey).Decrypt(rand.Reader, ciphertext, nil)
}

func readChain(file string) ([][]byte, error) { return readPEM(file) }

// readPEM gives the content of every block of a file.
func readPEM(file string) ([][]byte, error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, &faultError{what: err.Error()}
	}
	var blocks [][]byte
	for {
		block, after := pem.Decode(rest)
		if block == nil {
			return blocks, nil
		}
		blocks, rest = append(blocks, block.Bytes), after
	}
}

// sign signs content as a scheme says.
func (id *identity) sign(scheme messages.SignatureScheme, content []byte) ([]byte, error) {
	hash, known := secrets.HashOf(scheme)
	if isSHA1(scheme) {
		hash, known = crypto.SHA1, true
	}
	if !known {
		return nil, fmt.Errorf("scheme %v", scheme)
	}
	digest := content
	if hash != 0 {
		h := hash.New()
		h.Write(content)
		digest = h.Sum(nil)
	}
	var options crypto.SignerOpts = hash
	if _, isRSA := id.key.(*rsa.PrivateKey); isRSA && signsHandshakes(scheme, messages.TLS13) {
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	}
	return id.key.Sign(rand.Reader, digest, options)
}
