package answer_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// withExtension gives a certificate one extension more.
func withExtension(id asn1.ObjectIdentifier, value []byte) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		forClients(c)
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: id, Value: value})
	}
}

// private is an extension that nobody knows.
var private = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}

func privateID() x509.OID {
	id, err := x509.OIDFromASN1OID(private)
	if err != nil {
		panic(fmt.Sprintf("an object identifier: %v", err))
	}
	return id
}

// A filter is written as the extension itself is.
func TestFiltersAreWrittenAsCertificatesHaveThem(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	for usage := range x509.KeyUsage(1 << 9) {
		if usage == 0 {
			continue
		}
		purpose := x509.ExtKeyUsage(usage) % (x509.ExtKeyUsageMicrosoftKernelCodeSigning + 1)
		leaf := issue(t, "leaf", key(testkit.Ed25519), root, func(c *x509.Certificate) {
			c.KeyUsage, c.ExtKeyUsage = usage, []x509.ExtKeyUsage{purpose, x509.ExtKeyUsageAny}
		})
		for _, filter := range []messages.OIDFilter{
			answer.KeyUsageFilter(usage), answer.ExtKeyUsageFilter(purpose.OID(), x509.ExtKeyUsageAny.OID()),
		} {
			found := false
			for _, e := range leaf.cert.Extensions {
				id, err := asn1.Marshal(e.Id)
				if err != nil {
					t.Fatal(err)
				}
				found = found || bytes.Equal(id, filter.OID) && bytes.Equal(e.Value, filter.Values)
			}
			if !found {
				t.Fatalf("a certificate for %b and %v has no extension %x of %x", usage, purpose, filter.OID, filter.Values)
			}
		}
	}
}

// covers 8446/4.2.5/2 8446/4.2.5/3
func TestServersHoldCertificatesToTheirFilters(t *testing.T) {
	root := issue(t, "root", key(testkit.P384), nil, nil)
	plain := issue(t, "plain", key(testkit.P256), root, forClients)
	private := issue(t, "private", key(testkit.P256), root, withExtension(private, []byte{5, 0}))
	usage := answer.KeyUsageFilter(x509.KeyUsageDigitalSignature)
	clients := answer.ExtKeyUsageFilter(x509.ExtKeyUsageClientAuth.OID())
	both := answer.ExtKeyUsageFilter(x509.ExtKeyUsageClientAuth.OID(), x509.ExtKeyUsageCodeSigning.OID())
	other := answer.ExtensionFilter(privateID(), []byte{5, 0})
	for _, c := range []struct {
		why     string
		leaf    *issued
		filters []messages.OIDFilter
		good    bool
	}{
		{"no filters", plain, nil, true},
		{"what it has", plain, []messages.OIDFilter{usage, clients}, true},
		{"a purpose that it does not have", plain, []messages.OIDFilter{usage, both}, false},
		{"an extension that it does not have", plain, []messages.OIDFilter{usage, other}, false},
		{"an extension that it has", private, []messages.OIDFilter{other, clients}, true},
		{"an extension that it has with another value", private, []messages.OIDFilter{answer.ExtensionFilter(privateID(), []byte{1, 1, 0})}, true},
	} {
		for _, server := range []*answer.Server{{}, {ClientRoots: pool(root)}} {
			for _, resumed := range []bool{false, true} {
				q := askVerify("", c.leaf.der)
				q.Role, q.OIDFilters, q.Resumed = events.Server, c.filters, resumed
				if a := server.Answer(testkit.Now, q); c.good {
					accepted(t, c.why, a)
				} else {
					refused(t, c.why, a, messages.AlertUnsupportedCertificate)
				}
			}
		}
	}
	q := askRaw(events.Server, infoOf(testkit.P256))
	q.OIDFilters = []messages.OIDFilter{usage}
	accepted(t, "a raw key", (&answer.Server{}).Answer(testkit.Now, q))
}
