package main

import (
	"bytes"
	"crypto/sha256"
	"slices"

	mldsax509 "filippo.io/mldsa/x509"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// readRawKey reads a credential that is a key and no more.
func readRawKey(o *ordinary, preferences []messages.SignatureScheme) (*identity, error) {
	key, err := readKey(o.KeyFile)
	if err != nil {
		return nil, err
	}
	info, err := mldsax509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, &unsupportedError{what: err.Error()}
	}
	if len(o.SigningPreferences) > 0 {
		preferences = numbers[messages.SignatureScheme](o.SigningPreferences)
	}
	id := &identity{key: key}
	id.credential = &events.Credential{RawPublicKey: info, Schemes: preferences, Key: id}
	return id, nil
}

// kind is what the peer sees of the identity.
func (id *identity) kind() messages.CertificateType {
	if id.credential.RawPublicKey != nil {
		return messages.CertificateRawPublicKey
	}
	return messages.CertificateX509
}

// ownTypes are the kinds of certificate that a client offers to show: those of its credentials, in their order, unless the flags name them.
func ownTypes(o *options, identities []*identity) []messages.CertificateType {
	if len(o.AvailableClientCertificateTypes) > 0 {
		return kinds(o.AvailableClientCertificateTypes)
	}
	var types []messages.CertificateType
	for _, id := range identities {
		if !slices.Contains(types, id.kind()) {
			types = append(types, id.kind())
		}
	}
	return types
}

func kinds(list []certificateType) []messages.CertificateType {
	types := make([]messages.CertificateType, len(list))
	for i, kind := range list {
		types[i] = messages.CertificateType(kind)
	}
	return types
}

// judgeRawKey judges a peer that has shown a key and no more: it can be read, and is the one wanted.
func (p *endpoint) judgeRawKey(q *events.VerifyPeer) events.Answer {
	key, err := mldsax509.ParsePKIXPublicKey(q.RawKey)
	if err != nil {
		return q.Reject(messages.AlertDecodeError, &namedError{reason: "INVALID_RAW_PUBLIC_KEY", err: err})
	}
	o := p.c.options
	p.rejected = o.VerifyFail
	if p.rejected && (!o.Server || o.VerifyPeer || o.RequireAnyClientCertificate || q.Resumed) {
		return q.Reject(rejection(o), named("CERTIFICATE_VERIFY_FAILED", "the flags say no"))
	}
	if sum := sha256.Sum256(q.RawKey); len(o.ExpectPeerRPKSHA256) > 0 && !bytes.Equal(sum[:], o.ExpectPeerRPKSHA256) {
		return q.Reject(rejection(o), named("CERTIFICATE_VERIFY_FAILED", "it is another key"))
	}
	return q.Accept(key)
}
