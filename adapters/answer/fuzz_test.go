package answer_test

import (
	"bytes"
	"crypto/x509"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// FuzzVerify: no certificate of a peer's does worse than being refused.
func FuzzVerify(f *testing.F) {
	f.Add(testkit.Server(testkit.P256).Chain[0], testkit.Authority().Chain[0])
	f.Add(testkit.Server(testkit.RSA).Chain[0], []byte{})
	f.Fuzz(func(t *testing.T, leaf, other []byte) {
		genuine := bytes.Equal(leaf, testkit.Server(testkit.P256).Chain[0]) || bytes.Equal(leaf, testkit.Server(testkit.RSA).Chain[0])
		client := &answer.Client{Roots: testkit.Roots()}
		_, accepted := client.Answer(testkit.Now, askVerify(testkit.ServerName, leaf, other)).(*events.PeerVerified)
		if accepted && !genuine {
			for _, kind := range testkit.Kinds() {
				genuine = genuine || bytes.Equal(leaf, testkit.Server(kind).Chain[0])
			}
			if !genuine {
				t.Error("a certificate that nobody issued was accepted")
			}
		}
		unverified := &answer.Client{InsecureSkipVerify: true}
		if unverified.Answer(testkit.Now, askVerify("", leaf)) == nil {
			t.Error("there is no answer")
		}
	})
}

// FuzzDelegated: no delegated credential is accepted but the one that was issued.
func FuzzDelegated(f *testing.F) {
	identity := testkit.Delegator(testkit.P256)
	issued := testkit.Delegate(identity, testkit.Ed25519, events.Server).Delegated.Credential
	raw, err := issued.Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	client := &answer.Client{Roots: testkit.Roots()}
	f.Fuzz(func(t *testing.T, other []byte) {
		credential := new(messages.DelegatedCredential)
		if credential.Decode(other) != nil {
			return
		}
		q := askVerify(testkit.ServerName, identity.Chain...)
		q.Delegated = credential
		signed, _ := credential.AppendSigned(nil)
		genuine := bytes.HasPrefix(raw, signed)
		if _, accepted := client.Answer(testkit.Now, q).(*events.PeerVerified); accepted && !genuine || bytes.Equal(other, raw) && !accepted {
			t.Errorf("accepted %t: %x", accepted, other)
		}
	})
}

// FuzzOpen: no ticket opens but those that were sealed.
func FuzzOpen(f *testing.F) {
	keys := &answer.TicketKeys{Rand: testkit.Rand("fuzz")}
	ticket, err := keys.Seal(testkit.Now, time.Hour, []byte("state"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ticket)
	f.Add(ticket[:20])
	f.Fuzz(func(t *testing.T, other []byte) {
		if _, ok := keys.Open(testkit.Now, other); ok && !bytes.Equal(other, ticket) {
			t.Error("a ticket that nobody sealed opened")
		}
	})
}

// FuzzFilters: whatever a server asks for, a client passes over what it does not
// recognize, and shows what the server then takes.
func FuzzFilters(f *testing.F) {
	usage, purposes := answer.KeyUsageFilter(x509.KeyUsageDigitalSignature), answer.ExtKeyUsageFilter(x509.ExtKeyUsageClientAuth.OID())
	f.Add(usage.OID, usage.Values)
	f.Add(purposes.OID, purposes.Values)
	f.Add([]byte{6, 3, 0x2a, 3, 4}, []byte{})
	identity := testkit.Client(testkit.P256)
	own, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		f.Fatal(err)
	}
	client, server := &answer.Client{Certificates: []*answer.Certificate{own}}, &answer.Server{}
	f.Fuzz(func(t *testing.T, oid, values []byte) {
		filters := []messages.OIDFilter{{OID: oid, Values: values}}
		choose := askCredential("")
		choose.Role, choose.OIDFilters = events.Client, filters
		shown := client.Answer(testkit.Now, choose).(*events.CredentialChosen).Credential != nil
		verify := askVerify("", identity.Chain[0])
		verify.Role, verify.OIDFilters = events.Server, filters
		_, taken := server.Answer(testkit.Now, verify).(*events.PeerVerified)
		recognized := bytes.Equal(oid, usage.OID) || bytes.Equal(oid, purposes.OID)
		if recognized && shown != taken || !recognized && !shown {
			t.Errorf("a filter by %x of %x: shown %t, taken %t", oid, values, shown, taken)
		}
	})
}
