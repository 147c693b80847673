package main

import (
	"bytes"
	"crypto"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// sharedKey is one external key, imported for each hash function that a suite of TLS 1.3 has (RFC 9258, Section 5.1).
type sharedKey struct {
	index    int // that of the block
	imported []*events.PSK
}

// importTargets are the hash functions, in the order in which the suite offers them.
var importTargets = []secrets.Hash{secrets.SHA256, secrets.SHA384}

// readKeys imports the keys of the blocks.
func readKeys(o *options) ([]*sharedKey, error) {
	var keys []*sharedKey
	for i, block := range o.Blocks {
		if block.kind != importedKey {
			continue
		}
		hash := secrets.SHA256
		if block.importerHash == crypto.SHA384 {
			hash = secrets.SHA384
		}
		key := &sharedKey{index: i}
		for _, target := range importTargets {
			identity, secret, ok := secrets.ImportPSK(hash, block.PSKImporterKey, &secrets.Import{
				Identity: block.PSKImporterIdentity, Context: block.PSKImporterContext, Protocol: uint16(messages.TLS13), Target: target,
			})
			if !ok {
				return nil, &unsupportedError{what: "a key that cannot be imported"}
			}
			key.imported = append(key.imported, &events.PSK{Identity: identity, Key: bytes.Clone(secret.Bytes()), Hash: target, Imported: true})
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// keysAlone tells whether an end has keys and takes no certificates: a client unless it is told to verify one, a server unless it has some.
func keysAlone(o *options) bool {
	ofKind := func(kinds ...credentialKind) bool {
		return slices.ContainsFunc(o.Blocks, func(c *credential) bool { return slices.Contains(kinds, c.kind) })
	}
	if !ofKind(importedKey) {
		return false
	}
	if !o.Server {
		return !o.VerifyPeer
	}
	return !ofKind(x509Chain, rawKey, delegatedKey) && o.Default.CertificateFile == ""
}

// useKeys has an engine ask for keys, where there are any.
func useKeys(o *options, config *engine.Common) {
	config.RequirePSK = keysAlone(o)
	config.PSK = config.RequirePSK || slices.ContainsFunc(o.Blocks, func(c *credential) bool { return c.kind == importedKey })
}

// offerKeys gives a client's keys, in the order of the blocks.
func (p *endpoint) offerKeys(q *events.OfferPSKs) events.Answer {
	var all []*events.PSK
	for _, key := range p.keys {
		all = append(all, key.imported...)
	}
	return q.Reply(all...)
}

// chooseKey gives the first key of the client's that the server has, unless a certificate that serves the client stands before it.
func (p *endpoint) chooseKey(q *events.ChoosePSK) events.Answer {
	for _, key := range p.keys {
		for _, hash := range q.Hashes {
			psk := key.imported[slices.Index(importTargets, hash)]
			at := slices.IndexFunc(q.Identities, func(identity []byte) bool { return bytes.Equal(identity, psk.Identity) })
			if at >= 0 && !p.certificateBefore(key.index) {
				return q.ReplyWith(at, psk)
			}
		}
	}
	return q.None()
}

// certificateBefore tells whether a block before the one at index has a certificate that serves the client.
func (p *endpoint) certificateBefore(index int) bool {
	accepted := p.hello.Schemes
	q := &events.ChooseCredential{Role: events.Server, Version: p.engine.Connection().Version, ServerName: p.hello.ServerName,
		Schemes: slices.DeleteFunc(slices.Clone(accepted), func(s messages.SignatureScheme) bool { return !signsHandshakes(s, messages.TLS13) }),
		Hello:   p.hello, SchemesCert: accepted, CertificateTypes: p.hello.ServerCertificateTypes, Authorities: p.hello.Authorities}
	return slices.ContainsFunc(p.identities, func(id *identity) bool {
		_, err := id.serve(p.c.options, q)
		return id.index >= 0 && id.index < index && err == nil
	})
}

// keyInUse is the key that a connection is under, if it is one, and not that of a session.
func (p *endpoint) keyInUse(c *events.Connection) *sharedKey {
	if c.Resumed || len(c.PSKIdentity) == 0 {
		return nil
	}
	for _, key := range p.keys {
		if slices.ContainsFunc(key.imported, func(psk *events.PSK) bool { return bytes.Equal(psk.Identity, c.PSKIdentity) }) {
			return key
		}
	}
	return nil
}
