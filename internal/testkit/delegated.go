package testkit

import (
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Delegated is a delegated credential with its key.
type Delegated struct {
	Credential *messages.DelegatedCredential
	// Holder signs with the key. It has no certificate.
	Holder *Identity
}

// Delegate gives a copy of an identity that shows a delegated credential with a key
// of a kind, for one end, which is valid until three days after [Now].
func Delegate(id *Identity, kind string, role events.Role) *Identity {
	holder := &Identity{Key: newKey(kind, "delegated "+kind)}
	credential := &messages.DelegatedCredential{
		Key: messages.DelegatedKey{
			ValidTime:     uint32(Now.Add(3*24*time.Hour).Sub(id.Certificate.NotBefore) / time.Second),
			Scheme:        secrets.SchemesFor(secrets.Rules13, holder.Key.Public())[0],
			PublicKeyInfo: PublicKeyInfo(holder.Key.Public()),
		},
		Algorithm: secrets.SchemesFor(secrets.Rules13, id.Key.Public())[0],
	}
	SignDelegated(id, credential, role)
	delegated := *id
	delegated.Delegated = &Delegated{credential, holder}
	return &delegated
}

// SignDelegated signs a delegated credential anew, by the key of an identity's
// certificate.
func SignDelegated(id *Identity, credential *messages.DelegatedCredential, role events.Role) {
	context := secrets.ServerContext
	if role == events.Client {
		context = secrets.ClientContext
	}
	signed, err := credential.AppendSigned(nil)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	content := secrets.DelegationInput13(nil, context, id.Chain[0], signed)
	if credential.Signature, err = id.Sign(credential.Algorithm, content); err != nil {
		panic("testkit: " + err.Error())
	}
}

// signer is the identity that signs, which may be that of the delegated credential.
func (id *Identity) signer(q *events.Sign) *Identity {
	if q.Delegated {
		return id.Delegated.Holder
	}
	return id
}
