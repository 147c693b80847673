package main

import (
	"bytes"
	"slices"

	mldsax509 "filippo.io/mldsa/x509"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// readDelegated reads a chain with a delegated credential and the key of that. The certificate's own key is not there.
func readDelegated(block *credential) (*identity, error) {
	id, err := readIdentity(&block.ordinary, nil)
	if err != nil || id == nil {
		return nil, err
	}
	d := new(messages.DelegatedCredential)
	if err := d.Decode(block.DelegatedCredential); err != nil {
		return nil, &namedError{reason: "DECODE_ERROR", err: err}
	}
	if !secrets.SignsDelegated(d.Key.Scheme) {
		return nil, named("INVALID_SIGNATURE_ALGORITHM", "no delegated key signs by "+d.Key.Scheme.String())
	}
	info, err := mldsax509.MarshalPKIXPublicKey(id.key.Public())
	if err != nil {
		return nil, &unsupportedError{what: err.Error()}
	}
	if !bytes.Equal(info, d.Key.PublicKeyInfo) {
		return nil, named("KEY_VALUES_MISMATCH", "the key is not that of the delegated credential")
	}
	id.credential.Delegated, id.credential.Schemes = d, nil
	return id, nil
}

// delegates tells whether the peer takes the identity's delegated credential.
func (id *identity) delegates(q *events.ChooseCredential) bool {
	d := id.credential.Delegated
	return d != nil && slices.Contains(q.DelegatedSchemes, d.Key.Scheme) && slices.Contains(q.Schemes, d.Algorithm)
}
