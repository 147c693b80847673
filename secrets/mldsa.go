package secrets

import (
	"bytes"

	"filippo.io/mldsa"

	"github.com/tacitls/tacitls/messages"
)

// MLDSAPublicKey is a public key of ML-DSA-44, ML-DSA-65 or ML-DSA-87, of 1312, 1952
// or 2592 bytes (FIPS 204, Section 4). It is the type of package mldsa of
// filippo.io/mldsa, which is that of crypto/mldsa where Go has it, and is used by
// pointer. Private keys of that package are signers for it: with no hash function
// they sign a message as TLS wants it, with an empty context.
type MLDSAPublicKey = mldsa.PublicKey

// mldsaRow is a parameter set: its scheme of TLS, and what stands before the bytes
// of a key in its SubjectPublicKeyInfo.
type mldsaRow struct {
	scheme     messages.SignatureScheme
	parameters func() mldsa.Parameters
	prefix     string
}

// mldsaRows are the OIDs 2.16.840.1.101.3.4.3.17 to 19 without parameters, each with
// the headers that the length of its keys makes, and the header of a bit string
// without unused bits. RFC 9881, Section 2 and Section 4. The schemes are those of
// draft-ietf-tls-mldsa.
var mldsaRows = [...]mldsaRow{
	{messages.MLDSA44, mldsa.MLDSA44, "\x30\x82\x05\x32\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11\x03\x82\x05\x21\x00"},
	{messages.MLDSA65, mldsa.MLDSA65, "\x30\x82\x07\xb2\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12\x03\x82\x07\xa1\x00"},
	{messages.MLDSA87, mldsa.MLDSA87, "\x30\x82\x0a\x32\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13\x03\x82\x0a\x21\x00"},
}

// ParseMLDSA reads the DER of a SubjectPublicKeyInfo of ML-DSA, as
// RawSubjectPublicKeyInfo of an x509.Certificate holds it. It reports false for
// anything else. The key shares nothing with the bytes.
//
// Package crypto/x509 knows the algorithm from Go 1.27 on; before, it parses such a
// certificate, leaves its PublicKey nil, and verifies no signature of ML-DSA in
// chains.
func ParseMLDSA(publicKeyInfo []byte) (*MLDSAPublicKey, bool) {
	for _, row := range mldsaRows {
		encoded, found := bytes.CutPrefix(publicKeyInfo, []byte(row.prefix))
		if !found {
			continue
		}
		key, err := mldsa.NewPublicKey(row.parameters(), encoded)
		return key, err == nil
	}
	return nil, false
}

// MLDSAInfo returns the SubjectPublicKeyInfo of a key in DER, which the caller owns,
// and nil for a key that nobody has set. RFC 9881, Section 4.
func MLDSAInfo(key *MLDSAPublicKey) []byte {
	row := mldsaRowOf(key)
	if row == nil {
		return nil
	}
	return append([]byte(row.prefix), key.Bytes()...)
}

// mldsaRowOf returns the parameter set of a key, nil for one that nobody has set.
func mldsaRowOf(key *MLDSAPublicKey) *mldsaRow {
	if key == nil || *key == (MLDSAPublicKey{}) {
		return nil
	}
	set := key.Parameters()
	for i := range mldsaRows {
		if mldsaRows[i].parameters() == set {
			return &mldsaRows[i]
		}
	}
	return nil
}

// signsAs reports whether a key is one of a scheme of ML-DSA.
func signsAs(key *MLDSAPublicKey, scheme messages.SignatureScheme) bool {
	row := mldsaRowOf(key)
	return row != nil && row.scheme == scheme
}
