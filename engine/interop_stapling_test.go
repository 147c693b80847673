package engine_test

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// gnutls alone staples to more than the end-entity certificate, and shows what has
// come.
func TestAStatusOfEveryCertificateAgreesWithGnuTLS(t *testing.T) {
	accord{name: "with responses for the chain", suite: in13, with: []foreign{gnuTLS{}}, config: stapleChain, then: checkChain}.run(t)
}

// stapleChain has the server staple a response to each of two certificates.
func stapleChain(i *interop) {
	server, issuer := testkit.Server(testkit.P256), testkit.Authority()
	i.response, i.behind = stapled(i.t, server), stapled(i.t, issuer)
	i.pair.Client.RequestOCSP = true
	if i.role == events.Server {
		i.saved = filepath.Join(i.t.TempDir(), "saved.pem")
		i.arguments = append(i.arguments, "--save-ocsp-multi", i.saved)
		answering(i.pair.ServerAnswers, func(q *events.ChooseCredential) events.Answer {
			credential := server.CredentialIn(q.Version)
			credential.Chain = [][]byte{server.Chain[0], issuer.Chain[0]}
			credential.OCSP, credential.OCSPChain = i.response, [][]byte{i.behind}
			return q.Reply(credential)
		})
		return
	}
	i.identity = nil
	_, key := i.certificate(server)
	chain := i.file("chain.pem", slices.Concat(certificatePEM(server), certificatePEM(issuer)))
	i.arguments = append(i.arguments, "--x509certfile", chain, "--x509keyfile", key,
		"--ocsp-response", i.file("leaf.der", i.response), "--ocsp-response", i.file("issuer.der", i.behind))
}

// checkChain checks that the client has both responses.
func checkChain(i *interop, end *endpoint, _ *program) {
	i.t.Helper()
	if i.role == events.Client {
		if c := end.engine.Connection(); !bytes.Equal(c.OCSP, i.response) || len(c.OCSPChain) != 1 || !bytes.Equal(c.OCSPChain[0], i.behind) {
			i.t.Errorf("tacitls is stapled %d bytes, and to those behind %d", len(c.OCSP), len(c.OCSPChain))
		}
		return
	}
	saved, err := os.ReadFile(i.saved)
	if err != nil {
		i.t.Fatal(err)
	}
	var responses [][]byte
	for block, rest := pem.Decode(saved); block != nil; block, rest = pem.Decode(rest) {
		responses = append(responses, block.Bytes)
	}
	if !slices.EqualFunc(responses, [][]byte{i.response, i.behind}, bytes.Equal) {
		i.t.Errorf("gnutls is stapled %d responses", len(responses))
	}
}

// What both clients and both servers staple in TLS 1.3. crypto/tls asks its clients
// always.
func TestACertificateOfEitherEndIsStapledToWithCryptoTLS(t *testing.T) {
	inBothRoles(t, func(s *standard) {
		s.common().RequestOCSP, s.common().RequestSCTs = true, true
		s.pair.Server.ClientAuth, s.config.ClientAuth = engine.RequireClientCert, tls.RequireAnyClientCert
		ours, theirs := s.pair.ServerAnswers, testkit.Client(testkit.P256)
		if s.role == events.Client {
			ours, theirs = s.pair.ClientAnswers, testkit.Server(testkit.P256)
			ours.Identity = testkit.Client(testkit.P256)
		}
		answering(ours, stapledChain(ours.Identity))
		s.config.Certificates = []tls.Certificate{certificate(theirs)}
		s.config.Certificates[0].OCSPStaple = []byte("their response")
		s.config.Certificates[0].SignedCertificateTimestamps = [][]byte{[]byte("their timestamp")}
		end, state := s.exchange()
		c := end.engine.Connection()
		if string(c.OCSP) != "their response" || len(c.SCTs) != 1 || string(c.SCTs[0]) != "their timestamp" {
			s.t.Errorf("tacitls has %q and %q", c.OCSP, c.SCTs)
		}
		if scts := state.SignedCertificateTimestamps; string(state.OCSPResponse) != "a response" || len(scts) != 2 || string(scts[1]) != "another" {
			s.t.Errorf("crypto/tls has %q and %q", state.OCSPResponse, scts)
		}
	})
}

// A client that is asked for what it does not have shows its certificate all the
// same.
func TestForeignClientsMayBeAskedForWhatTheyDoNotStaple(t *testing.T) {
	for _, kind := range []string{testkit.P256, testkit.RSA} {
		accord{
			name: "asked for stapling", suite: in13, client: kind,
			config: func(i *interop) {
				i.pair.Server.RequestOCSP, i.pair.Server.RequestSCTs = true, true
			},
			then: func(i *interop, end *endpoint, _ *program) {
				if c := end.engine.Connection(); i.role == events.Server && (c.OCSP != nil || c.SCTs != nil) {
					i.t.Errorf("%d bytes and %d timestamps are stapled", len(c.OCSP), len(c.SCTs))
				}
			},
		}.run(t)
	}
}
