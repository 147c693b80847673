package answer_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// filesNow lies in the validity of the certificates in testdata.
var filesNow = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// issued is a certificate made by a test.
type issued struct {
	key  crypto.Signer
	der  []byte
	cert *x509.Certificate
}

// repeatable signs without entropy.
type repeatable struct{ crypto.Signer }

func (r repeatable) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return r.Signer.Sign(nil, digest, opts)
}

// issue makes a certificate for key, by default one of a server named
// server.example that is valid at testkit.Now. A nil issuer makes it a root.
func issue(t *testing.T, subject string, key crypto.Signer, issuer *issued, change func(*x509.Certificate)) *issued {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(int64(1000 + len(subject))),
		Subject:               pkix.Name{CommonName: subject},
		NotBefore:             testkit.Now.Add(-time.Hour),
		NotAfter:              testkit.Now.Add(time.Hour),
		BasicConstraintsValid: true,
	}
	if issuer == nil {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	} else {
		template.KeyUsage = x509.KeyUsageDigitalSignature
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		template.DNSNames = []string{"server.example"}
	}
	if change != nil {
		change(template)
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(nil, template, parent, key.Public(), repeatable{signer})
	if err != nil {
		t.Fatalf("certificate for %s: %v", subject, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("certificate for %s: %v", subject, err)
	}
	return &issued{key, der, cert}
}

// authority makes a certificate one of a certificate authority.
func authority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage, c.ExtKeyUsage, c.DNSNames = true, x509.KeyUsageCertSign, nil, nil
}

// forClients makes a certificate one of a client.
func forClients(c *x509.Certificate) {
	c.ExtKeyUsage, c.DNSNames = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, nil
}

func key(kind string) crypto.Signer      { return testkit.Server(kind).Key }
func otherKey(kind string) crypto.Signer { return testkit.Client(kind).Key }

func pool(roots ...*issued) *x509.CertPool {
	p := x509.NewCertPool()
	for _, root := range roots {
		p.AddCert(root.cert)
	}
	return p
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fileDER(t *testing.T, name string) []byte {
	t.Helper()
	block, _ := pem.Decode(readFile(t, name))
	if block == nil {
		t.Fatalf("%s has no PEM", name)
	}
	return block.Bytes
}

func filePool(t *testing.T, name string) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(readFile(t, name)) {
		t.Fatalf("%s has no certificate", name)
	}
	return p
}

// askVerify is a client's question about a server's chain.
func askVerify(name string, chain ...[]byte) *events.VerifyPeer {
	return &events.VerifyPeer{Asked: events.Asked{ID: 7}, Role: events.Client, ServerName: name, Chain: chain}
}

func accepted(t *testing.T, why string, a events.Answer) crypto.PublicKey {
	t.Helper()
	verified, ok := a.(*events.PeerVerified)
	if !ok {
		t.Fatalf("%s: got %s, want acceptance", why, describe(a))
	}
	if verified.Question() != 7 {
		t.Errorf("%s: the answer is to question %d", why, verified.Question())
	}
	return verified.Key
}

func refused(t *testing.T, why string, a events.Answer, alert messages.Alert) {
	t.Helper()
	refusal, ok := a.(*events.Refused)
	if !ok {
		t.Errorf("%s: got %s, want %v", why, describe(a), alert)
		return
	}
	if refusal.Alert != alert {
		t.Errorf("%s: got %s, want %v", why, describe(a), alert)
	}
	var rejection *answer.Rejection
	if !errors.As(refusal.Err, &rejection) || rejection.Alert != alert {
		t.Errorf("%s: the error is %v, want a Rejection with the same alert", why, refusal.Err)
	}
}

func describe(a events.Answer) string {
	switch a := a.(type) {
	case *events.Refused:
		return a.Alert.String() + ": " + a.Err.Error()
	case *events.PeerVerified:
		return "acceptance"
	case *events.CredentialChosen:
		if a.Credential == nil {
			return "no credential"
		}
		return "a credential"
	case nil:
		return "no answer"
	}
	return "another answer"
}
