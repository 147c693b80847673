package authenticator_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// covers 9261/4/1
func TestNoContextServesTwiceOnAConnectionInWhicheverDirection(t *testing.T) {
	context := []byte("once")
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		one, other := c.end(asking), c.end(asking.Peer())
		request := must(one.session.Request(authenticator.Options{Context: context}))(t, "the first request")
		_, err := one.session.Request(authenticator.Options{Context: context})
		wantRefusal(t, "another request of the same end", err, authenticator.ContextUsed)
		// The other end has not heard of the first one yet, and asks by the same.
		crossing := must(other.session.Request(authenticator.Options{Context: context}))(t, "a request that crosses the first")
		_, err = one.session.ReadRequest(crossing.Bytes())
		wantRefusal(t, "the peer's request by a context of this end's", err, authenticator.ContextUsed)
		_, err = other.session.ReadRequest(request.Bytes())
		wantRefusal(t, "and the other way round", err, authenticator.ContextUsed)
		_, err = c.server.session.Spontaneous(c.hello, context)
		wantRefusal(t, "a server of its own accord by the same", err, authenticator.ContextUsed)

		_, read := c.ask(t, asking, authenticator.Options{Context: []byte("another")})
		_, err = other.session.ReadRequest(read.Bytes())
		wantRefusal(t, "the same request again", err, authenticator.ContextUsed)
		_, err = other.session.Request(authenticator.Options{Context: []byte("another")})
		wantRefusal(t, "a request by the context of one of the peer's", err, authenticator.ContextUsed)
	})
}

// covers 9261/5/1
func TestAClientProvesNothingThatItWasNotAskedFor(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		c := connected(t, version, t.Name())
		_, err := c.client.session.Spontaneous(c.hello, nil)
		wantRefusal(t, "a client of its own accord", err, engine.ErrMisuse)
		_, err = c.client.session.Answer(nil, testkit.Client(testkit.P256).Credential())
		wantRefusal(t, "a client without a request", err, engine.ErrMisuse)
		made := referenceOf(t, c.client.engine, events.Client).make(t, nil,
			chainOf([]byte("context"), testkit.Client(testkit.P256)), messages.ECDSASecp256r1SHA256, testkit.Client(testkit.P256))
		_, err = c.server.session.Read(nil, made)
		wantRefusal(t, "a server that is given one all the same", err, authenticator.Unrequested)
	})
}

// resumesEarly begins a connection that offers early data, and delivers the hello.
func resumesEarly(t *testing.T) *pipe.Pipe {
	t.Helper()
	pair := pairIn(messages.TLS13, "early")
	pair.Server.MaxEarlyData = 1 << 14
	first := connect(t, pair)
	pair.Client.EarlyData, pair.Client.Session = true, first.pipe.Client.Sessions[0]
	p := pair.Join()
	if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
		t.Fatal(err)
	}
	p.Step(events.Server)
	return p
}

// covers 9261/5.1/1
func TestTheSecretOfEarlyDataMakesNoAuthenticator(t *testing.T) {
	p := resumesEarly(t)
	early := must(p.Client.Engine.ExportEarly("EXPORTER-server authenticator handshake context", []byte{}, 32))(t, "early data has an exporter")
	if err := p.Run(); err != nil || !p.Server.Engine.Connection().EarlyDataAccepted {
		t.Fatalf("early data was to be accepted: %v", err)
	}
	client, id := newEnd(t, events.Client, p.Client.Engine), testkit.Server(testkit.P256)
	// The reference exports from what both ends have once the handshake is complete.
	r := referenceOf(t, p.Server.Engine, events.Server)
	for _, context := range [][]byte{r.context, early} {
		request := must(client.session.Request(authenticator.Options{}))(t, "the client asks")
		taken := reference{of: r.of, context: context, finished: r.finished}
		made := taken.make(t, request.Bytes(), chainOf(request.Options().Context, id), id.Credential().Schemes[0], id)
		_, err := client.verify(t, request, made)
		if bytes.Equal(context, early) {
			wantRefusal(t, "the secret of early data", err, authenticator.BadFinished)
		} else if err != nil {
			t.Errorf("the secret of the handshake: %v", err)
		}
	}
}

// covers 9261/5.1/2 9261/7/1
func TestWithoutExtendedMasterSecretThereAreNoAuthenticators(t *testing.T) {
	l := forge.New(pairIn(messages.TLS12, "without extended_master_secret"))
	forge.Change(l, events.Client, func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) })
	l.Handshake()
	for _, e := range []*forge.End{l.Client, l.Server} {
		if !e.Engine.Completed() || e.Engine.Connection().ExtendedMasterSecret {
			t.Fatalf("the %v was to complete without it: %v", e.Role, e.Err)
		}
		// Every call begins with a session, and there is none.
		session, err := authenticator.New(e.Engine)
		wantRefusal(t, fmt.Sprintf("a session of the %v's", e.Role), err, engine.ErrMisuse)
		if session != nil {
			t.Errorf("the %v has a session", e.Role)
		}
	}
}

// covers 9261/9/1
func TestAServerHasNoSessionBeforeTheClientsFinished(t *testing.T) {
	for _, version := range versions {
		p := pairIn(version, "Finished").Join()
		_, err := authenticator.New(p.Client.Engine)
		wantRefusal(t, "a client that has not begun", err, engine.ErrNotReady)
		if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
			t.Fatal(err)
		}
		p.Step(events.Server)
		p.Step(events.Client)
		_, err = authenticator.New(p.Server.Engine)
		wantRefusal(t, "a server to which the client's Finished is under way", err, engine.ErrNotReady)
		p.Step(events.Server)
		must(authenticator.New(p.Server.Engine))(t, "a server that has verified it")
	}
	// One that answers early data may write and export before that, but not this.
	p := resumesEarly(t)
	must(p.Server.Engine.Export("label", nil, 32))(t, "the server exports")
	_, err := authenticator.New(p.Server.Engine)
	wantRefusal(t, "a server that answers early data", err, engine.ErrNotReady)
}

// covers 9261/5.2.1/1
func TestAContextThatNobodyGaveIsDrawnFromTheConfigsEntropy(t *testing.T) {
	seen := map[string]bool{}
	for _, seed := range []string{"one", "another", "one"} {
		c := connected(t, messages.TLS13, seed)
		for range 3 {
			r := must(c.server.session.Spontaneous(c.hello, nil))(t, "of its own accord")
			if len(r.Options().Context) != 32 {
				t.Errorf("a context of %d bytes", len(r.Options().Context))
			}
			seen[string(r.Options().Context)] = true
			c.server.answer(t, r, testkit.Server(testkit.P256))
		}
	}
	if len(seen) != 6 {
		t.Errorf("two seeds, three contexts each, one seed twice: %d of them", len(seen))
	}
	c := connected(t, messages.TLS13, "given")
	r := must(c.server.session.Spontaneous(c.hello, []byte("given")))(t, "a context that is given")
	c.server.answer(t, r, testkit.Server(testkit.P256))
	_, err := c.server.session.Spontaneous(c.hello, []byte("given"))
	wantRefusal(t, "the same again", err, authenticator.ContextUsed)
}

// covers 9261/5.2.1/2
func TestTheCertificateIsOneThatThePeerCanVerify(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		c := connected(t, version, t.Name())
		var certificates []*answer.Certificate
		for _, kind := range []string{testkit.RSA, testkit.Ed25519, testkit.P256} {
			id := testkit.Server(kind)
			certificates = append(certificates, must(answer.NewCertificate(id.Chain, id.Key))(t, kind))
		}
		answers := &answer.Server{Certificates: certificates}
		for scheme, kind := range map[messages.SignatureScheme]string{
			messages.Ed25519: testkit.Ed25519, messages.ECDSASecp256r1SHA256: testkit.P256, messages.RSAPSSRSAESHA256: testkit.RSA,
		} {
			request, read := c.ask(t, events.Client, authenticator.Options{
				ServerName: testkit.ServerName, Schemes: []messages.SignatureScheme{scheme},
				SchemesCert: []messages.SignatureScheme{messages.ECDSASecp256r1SHA256},
			})
			chosen := answers.Answer(testkit.Now, read.ChooseCredential()).(*events.CredentialChosen)
			proof := must(c.server.session.Answer(read, chosen.Credential))(t, "the answer begins")
			signed := answers.Answer(testkit.Now, proof.Sign()).(*events.Signature)
			made := must(proof.Finish(signed.Signature))(t, "the answer ends")
			claim := must(c.client.session.Read(request, made))(t, "the answer is read")
			verdict := (&answer.Client{Roots: testkit.Roots()}).Answer(testkit.Now, claim.VerifyPeer())
			proved := must(claim.Verify(verdict.(*events.PeerVerified).Key))(t, "the claim is verified")
			if proved.Scheme != scheme || !slices.EqualFunc(proved.Chain, testkit.Server(kind).Chain, bytes.Equal) {
				t.Errorf("%v: signed by %v with another certificate", scheme, proved.Scheme)
			}
		}
		_, read := c.ask(t, events.Client, authenticator.Options{
			Schemes: []messages.SignatureScheme{messages.ECDSASecp521r1SHA512},
		})
		if chosen := answers.Answer(testkit.Now, read.ChooseCredential()).(*events.CredentialChosen); chosen.Credential != nil {
			t.Error("there is no credential for a scheme that no key has")
		}
	})
}

// covers 9261/5.2.1/3 9261/5.2.1/4
func TestACertificateHasOnlyExtensionsThatWereAskedFor(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		id := testkit.Server(testkit.P256)
		for what, body := range map[string]messages.ExtensionBody{
			"a response": &messages.CertificateStatus{Response: []byte("a response")},
			"timestamps": &messages.SCTList{SCTs: [][]byte{[]byte("a timestamp")}},
		} {
			for _, spontaneous := range []bool{false, true} {
				c := connected(t, version, t.Name())
				m := chainOf([]byte("context"), id)
				if err := m.Entries[0].Extensions.Put(body); err != nil {
					t.Fatal(err)
				}
				var request *authenticator.Request
				var raw []byte
				if !spontaneous {
					// What the client asks for, and what it is given, are two things.
					request = must(c.client.session.Request(authenticator.Options{Context: m.Context}))(t, "the client asks")
					raw = request.Bytes()
				}
				made := referenceOf(t, c.server.engine, events.Server).make(t, raw, m, id.Credential().Schemes[0], id)
				_, err := c.client.session.Read(request, made)
				wantRefusal(t, what+" that nobody asked for", err, authenticator.UnsolicitedExtension)
			}
		}
	})
}

// covers 9261/5.2.1/5
func TestWhatARequestHasThatNobodyKnowsIsIgnored(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		m := &messages.CertificateRequest13{Context: []byte("context")}
		m.Extensions.List = []messages.Extension{{Type: 0x1a1a, Data: []byte("means nothing")}, {Type: 0xfabc}}
		if err := m.Extensions.Put(&messages.SignatureAlgorithms{Schemes: []messages.SignatureScheme{0x7a7a, messages.Ed25519}}); err != nil {
			t.Fatal(err)
		}
		raw := written(t, m)
		if asking == events.Client {
			raw[0] = byte(messages.TypeClientCertRequest)
		}
		read := must(c.end(asking.Peer()).session.ReadRequest(raw))(t, "the request is read")
		if q := read.ChooseCredential(); !slices.Equal(q.Schemes, []messages.SignatureScheme{messages.Ed25519}) {
			t.Errorf("the schemes are %v", q.Schemes)
		}
		made := c.end(asking.Peer()).answer(t, read, identity(asking.Peer(), testkit.Ed25519))
		if certificate := forge.Decode[messages.Certificate13](first(made)); len(certificate.Entries[0].Extensions.List) != 0 {
			t.Errorf("the answer has %v", certificate.Entries[0].Extensions.List)
		}
	})
}

// first is the first message of several.
func first(b []byte) []byte {
	_, size, _ := messages.ParseHandshakeHeader(b)
	return b[:messages.HandshakeHeaderLen+size]
}

// covers 9261/5.2.2/1 9261/5.2.2/2 9261/5.2.2/3
func TestTheSignatureIsByASchemeOfTLS13ThatWasAskedFor(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		for what, row := range map[string]struct {
			kind           string
			scheme         messages.SignatureScheme
			offered, taken bool
		}{
			"asked for":                            {testkit.P256, messages.ECDSASecp256r1SHA256, true, true},
			"of a list without it":                 {testkit.P256, messages.ECDSASecp256r1SHA256, false, false},
			"of PKCS #1, though it is on the list": {testkit.RSA, messages.RSAPKCS1SHA256, true, false},
		} {
			schemes := []messages.SignatureScheme{messages.RSAPSSRSAESHA256}
			if row.offered {
				schemes = append(schemes, row.scheme)
			}
			id := testkit.Server(row.kind)
			credential := id.Credential()
			credential.Schemes = []messages.SignatureScheme{row.scheme}
			verdict := func(_ *authenticator.Proof, err error) {
				if row.taken && err != nil {
					t.Errorf("answering by a scheme %s: %v", what, err)
				} else if !row.taken {
					wantRefusal(t, "answering by a scheme "+what, err, authenticator.NoMutualScheme)
				}
			}
			// A request that has these schemes, and no request, but a hello that does.
			pair := pairIn(version, t.Name())
			pair.Client.Schemes = []messages.SignatureScheme{messages.RSAPSSRSAESHA256}
			pair.Client.SchemesCert = schemes
			if row.taken {
				pair.Client.Schemes = schemes
			}
			pair.ServerAnswers.Identity = testkit.Server(testkit.RSA)
			c := connect(t, pair)
			r := must(c.server.session.Spontaneous(c.hello, []byte("of its own accord")))(t, "of its own accord")
			if row.offered != slices.Contains(r.Options().Schemes, row.scheme) {
				t.Fatalf("the hello has %v", r.Options().Schemes)
			}
			verdict(c.server.session.Answer(r, credential))
			request, read := c.ask(t, events.Client, authenticator.Options{Context: []byte("asked")})
			verdict(c.server.session.Answer(read, credential))

			reference := referenceOf(t, c.server.engine, events.Server)
			for _, request := range []*authenticator.Request{request, nil} {
				m, raw := chainOf([]byte("another"), id), []byte(nil)
				if request != nil {
					m.Context, raw = request.Options().Context, request.Bytes()
				}
				_, err := c.client.verify(t, request, reference.make(t, raw, m, row.scheme, id))
				if row.taken && err != nil {
					t.Errorf("verifying a scheme %s: %v", what, err)
				} else if !row.taken {
					wantRefusal(t, "verifying a scheme "+what, err, authenticator.SchemeNotOffered)
				}
			}
		}
	})
}

// covers 9261/7.1/1
func TestEveryRequestHasSignatureAlgorithms(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		request := must(c.end(asking).session.Request(authenticator.Options{}))(t, "the request is made")
		m := forge.Decode[messages.CertificateRequest13](request.Bytes())
		var schemes messages.SignatureAlgorithms
		if present, err := m.Extensions.Get(&schemes); !present || err != nil || len(schemes.Schemes) == 0 {
			t.Errorf("signature_algorithms is %v, %v", schemes, err)
		}
		m.Context = []byte("without it")
		m.Extensions.Remove(messages.ExtensionSignatureAlgorithms)
		m.Extensions.List = append(m.Extensions.List, messages.Extension{Type: messages.ExtensionSCT})
		raw := written(t, m)
		raw[0] = request.Bytes()[0]
		_, err := c.end(asking.Peer()).session.ReadRequest(raw)
		wantRefusal(t, "a request without it", err, authenticator.MissingExtension)
	})
}
