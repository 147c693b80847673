package authenticator_test

import (
	"crypto/x509"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// trusting are answers of an end that verifies by the roots of these tests, and shows
// the certificate of an identity.
func trusting(t *testing.T, role events.Role, id *testkit.Identity) answer.Answerer {
	t.Helper()
	own := []*answer.Certificate{must(answer.NewCertificate(id.Chain, id.Key))(t, "a certificate")}
	if role == events.Client {
		return &answer.Client{Roots: testkit.Roots(), Name: testkit.ServerName, Certificates: own}
	}
	return &answer.Server{ClientRoots: testkit.Roots(), Certificates: own}
}

// verdict is the answer to the question about a claim, or why it is none.
func verdict(t *testing.T, answers answer.Answerer, claim *authenticator.Claim) error {
	t.Helper()
	switch a := answers.Answer(testkit.Now, claim.VerifyPeer()).(type) {
	case *events.PeerVerified:
		_, err := claim.Verify(a.Key)
		return err
	case *events.Refused:
		return a.Err
	}
	t.Fatal("the question has no answer")
	return nil
}

// A request's filters choose the certificate at one end, and hold it at the other
// (RFC 9261, Section 5.2.1, and RFC 8446, Section 4.2.5).
func TestACertificateIsHeldToTheFiltersOfTheRequest(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		own := x509.ExtKeyUsageClientAuth
		if asking == events.Client {
			own = x509.ExtKeyUsageServerAuth
		}
		id := identity(asking.Peer(), testkit.P256)
		asks, shows := trusting(t, asking, id), trusting(t, asking.Peer(), id)
		for purpose, satisfied := range map[x509.ExtKeyUsage]bool{own: true, x509.ExtKeyUsageCodeSigning: false} {
			filter := answer.ExtKeyUsageFilter(purpose.OID())
			request, read := c.ask(t, asking, authenticator.Options{OIDFilters: []messages.OIDFilter{filter}})
			chosen := shows.Answer(testkit.Now, read.ChooseCredential()).(*events.CredentialChosen)
			if (chosen.Credential != nil) != satisfied {
				t.Errorf("for %v there is a certificate: %t", purpose, chosen.Credential != nil)
			}
			// Who does not care for filters shows it all the same.
			claim := must(c.end(asking).session.Read(request, c.end(asking.Peer()).answer(t, read, id)))(t, "the answer is read")
			if err := verdict(t, asks, claim); (err == nil) != satisfied {
				t.Errorf("for %v it is accepted: %v", purpose, err)
			}
		}
	})
}

// Who asks for a name has no other one proved, whatever name the connection goes by.
func TestACertificateIsHeldToTheNameOfTheRequest(t *testing.T) {
	c := connected(t, messages.TLS13, t.Name())
	id := testkit.Server(testkit.P256)
	for name, good := range map[string]bool{testkit.ServerName: true, "other.example": false, "": true} {
		request, read := c.ask(t, events.Client, authenticator.Options{ServerName: name})
		claim := must(c.client.session.Read(request, c.server.answer(t, read, id)))(t, "the answer is read")
		if err := verdict(t, trusting(t, events.Client, id), claim); (err == nil) != good {
			t.Errorf("a certificate of %s for %q: %v", testkit.ServerName, name, err)
		}
	}
	// The other way round the connection's name does not stand in the way.
	request, read := c.ask(t, events.Client, authenticator.Options{ServerName: testkit.ServerName})
	claim := must(c.client.session.Read(request, c.server.answer(t, read, id)))(t, "the answer is read")
	if err := verdict(t, &answer.Client{Roots: testkit.Roots(), Name: "front.example"}, claim); err != nil {
		t.Errorf("a client of front.example that asks for %s: %v", testkit.ServerName, err)
	}
}

// manyFilters are as many, by different object identifiers.
func manyFilters(n int) []messages.OIDFilter {
	var list []messages.OIDFilter
	for i := range n {
		list = append(list, messages.OIDFilter{OID: []byte{6, 3, 0x2a, byte(i>>7+1) | 0x80, byte(i & 0x7f)}})
	}
	return list
}

// What a config may not ask for, a request may not either (RFC 8446, Section 4.2.5).
func TestFiltersThatNobodyMaySendAreMisuse(t *testing.T) {
	usage := answer.KeyUsageFilter(x509.KeyUsageDigitalSignature)
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		for what, row := range map[string]struct {
			filters []messages.OIDFilter
			want    error
		}{
			"one extension twice":  {[]messages.OIDFilter{usage, usage}, engine.ErrMisuse},
			"any purpose":          {[]messages.OIDFilter{answer.ExtKeyUsageFilter(x509.ExtKeyUsageAny.OID())}, engine.ErrMisuse},
			"no object identifier": {[]messages.OIDFilter{{OID: []byte{1}}}, engine.ErrMisuse},
			"too many":             {manyFilters(257), engine.ErrMisuse},
			"many":                 {manyFilters(256), nil},
		} {
			request, err := ask(c.end(asking), authenticator.Options{OIDFilters: row.filters})
			wantRefusal(t, what, err, row.want)
			if err == nil {
				must(c.end(asking.Peer()).session.ReadRequest(request.Bytes()))(t, what)
			}
		}
	})
}
