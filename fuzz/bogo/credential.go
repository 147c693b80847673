package main

import "crypto"

// credentials are those this end may show. The flags that describe one speak of the default credential until a flag opens a block, and of
// the latest block from then on.
type credentials struct {
	Default ordinary
	Blocks  []*credential
}

// credential is one block, known to the tests by its index.
type credential struct {
	kind credentialKind
	ordinary
	particular
	importerHash crypto.Hash
}

// credentialKind says what a block proves itself with.
type credentialKind int

const (
	x509Chain credentialKind = iota + 1
	delegatedKey
	sharedPassword
	importedKey
	rawKey
)

// openings are the flags that open a block.
var openings = map[string]credentialKind{
	"new-x509-credential":         x509Chain,
	"new-delegated-credential":    delegatedKey,
	"new-spake2plusv1-credential": sharedPassword,
	"new-psk-credential":          importedKey,
	"new-rpk-credential":          rawKey,
}

// importerHashes are the flags that choose the hash of an imported key, RFC 9258, Section 4.
var importerHashes = map[string]crypto.Hash{
	"psk-importer-sha256": crypto.SHA256,
	"psk-importer-sha384": crypto.SHA384,
}

// ordinary is what the default credential and those of a block have in common.
type ordinary struct {
	CertificateFile             string   `flag:"cert-file"`              // file with the chain, leaf first
	KeyFile                     string   `flag:"key-file"`               // file with the private key
	SigningPreferences          []uint16 `flag:"signing-prefs"`          // schemes to sign with, in order
	OCSPResponse                []byte   `flag:"ocsp-response"`          // response to staple
	SignedCertificateTimestamps []byte   `flag:"signed-cert-timestamps"` // timestamps to send
}

// particular is what only a credential of a block can have.
type particular struct {
	DelegatedCredential   []byte `flag:"delegated-credential"`  // credential of RFC 9345
	MustMatchIssuer       bool   `flag:"must-match-issuer"`     // use only if the peer names the issuer
	CertificateProperties []byte `flag:"cert-properties"`       // properties that travel beside the chain
	PAKEContext           []byte `flag:"pake-context"`          // context of the password exchange
	PAKEClientID          []byte `flag:"pake-client-id"`        // name of its client
	PAKEServerID          []byte `flag:"pake-server-id"`        // name of its server
	PAKEPassword          []byte `flag:"pake-password"`         // its password
	WrongPAKERole         bool   `flag:"wrong-pake-role"`       // take the role of the other end
	PSKImporterKey        []byte `flag:"psk-importer-key"`      // external key of RFC 9258
	PSKImporterIdentity   []byte `flag:"psk-importer-identity"` // its identity
	PSKImporterContext    []byte `flag:"psk-importer-context"`  // its context
}
