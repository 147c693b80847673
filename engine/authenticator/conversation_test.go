package authenticator_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// inBothVersions runs a test on connections of both.
func inBothVersions(t *testing.T, test func(t *testing.T, version messages.Version)) {
	for _, version := range versions {
		t.Run(version.String(), func(t *testing.T) { test(t, version) })
	}
}

// inBothRoles has either end ask, in both versions.
func inBothRoles(t *testing.T, test func(t *testing.T, c *ends, asking events.Role)) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		for _, asking := range []events.Role{events.Client, events.Server} {
			t.Run(fmt.Sprintf("the %v asks", asking), func(t *testing.T) {
				test(t, connected(t, version, t.Name()), asking)
			})
		}
	})
}

func TestOneEndAsksAndTheOtherProvesEveryKindOfKey(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		for _, kind := range testkit.Kinds() {
			id := identity(asking.Peer(), kind)
			request, read := c.ask(t, asking, authenticator.Options{})
			proved := must(c.end(asking).verify(t, request, c.end(asking.Peer()).answer(t, read, id)))(t, kind)
			if !reflect.DeepEqual(proved.Chain, id.Chain) || !bytes.Equal(proved.Context, request.Options().Context) {
				t.Errorf("%s: proved %x for %x", kind, proved.Chain, proved.Context)
			}
			if want := id.Credential().Schemes[0]; proved.Scheme != want {
				t.Errorf("%s: signed by %v, want %v", kind, proved.Scheme, want)
			}
		}
	})
}

func TestAServerProvesAnotherNameOfItsOwnAccord(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		c := connected(t, version, t.Name())
		id := testkit.Server(testkit.Ed25519)
		for range 2 {
			r := must(c.server.session.Spontaneous(c.hello, nil))(t, "the hello stands in for a request")
			if r.Bytes() != nil || len(r.Options().Context) != 32 {
				t.Errorf("there is no request, and 32 bytes were drawn: %x, %x", r.Bytes(), r.Options().Context)
			}
			proved := must(c.client.verify(t, nil, c.server.answer(t, r, id)))(t, "the client verifies it")
			if !reflect.DeepEqual(proved.Chain, id.Chain) || !bytes.Equal(proved.Context, r.Options().Context) {
				t.Errorf("proved %x for %x", proved.Chain, proved.Context)
			}
		}
	})
}

// covers 9261/5.2.1/3
func TestWhatIsStapledIsWhatWasAskedFor(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		credential := identity(asking.Peer(), testkit.P256).Credential()
		credential.OCSP, credential.SCTs = []byte("a response"), [][]byte{[]byte("a timestamp"), []byte("another")}
		for _, options := range []authenticator.Options{
			{}, {RequestOCSP: true}, {RequestSCTs: true}, {RequestOCSP: true, RequestSCTs: true},
		} {
			request, read := c.ask(t, asking, options)
			if got := read.Options(); got.RequestOCSP != options.RequestOCSP || got.RequestSCTs != options.RequestSCTs {
				t.Errorf("asked %+v, read %+v", options, got)
			}
			answer := c.end(asking.Peer()).answerWith(t, read, credential)
			claim := must(c.end(asking).session.Read(request, answer))(t, "the claim is read")
			proved := must(claim.Verify(keyOf(t, claim)))(t, "the claim is verified")
			if (proved.OCSP != nil) != options.RequestOCSP || (proved.SCTs != nil) != options.RequestSCTs {
				t.Errorf("%+v: stapled %q and %q", options, proved.OCSP, proved.SCTs)
			}
			if q := claim.VerifyPeer(); !bytes.Equal(q.OCSP, proved.OCSP) || !reflect.DeepEqual(q.SCTs, proved.SCTs) || q.Role != asking {
				t.Errorf("the question has %q and %q for the %v", q.OCSP, q.SCTs, q.Role)
			}
		}
	})
}

// covers 9261/5.2.1/4
func TestTheHelloSaysWhatAServerMayStapleOfItsOwnAccord(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		for _, asks := range []bool{false, true} {
			pair := pairIn(version, t.Name())
			pair.Client.RequestOCSP, pair.Client.RequestSCTs = asks, asks
			c := connect(t, pair)
			credential := testkit.Server(testkit.P384).Credential()
			credential.OCSP, credential.SCTs = []byte("a response"), [][]byte{[]byte("a timestamp")}
			r := must(c.server.session.Spontaneous(c.hello, nil))(t, "the hello stands in for a request")
			proved := must(c.client.verify(t, nil, c.server.answerWith(t, r, credential)))(t, "the client verifies it")
			if (proved.OCSP != nil) != asks || (proved.SCTs != nil) != asks {
				t.Errorf("asked %v: stapled %q and %q", asks, proved.OCSP, proved.SCTs)
			}
		}
	})
}

func TestARequestSaysAllThatItIsGiven(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		given := authenticator.Options{
			Context: []byte("stream 7"), Schemes: []messages.SignatureScheme{messages.Ed25519},
			SchemesCert: []messages.SignatureScheme{messages.RSAPKCS1SHA256, messages.ECDSASecp256r1SHA256},
			Authorities: [][]byte{testkit.Authority().Certificate.RawSubject},
			OIDFilters:  []messages.OIDFilter{{OID: []byte{6, 1, 42}, Values: []byte("value")}},
			RequestOCSP: true, RequestSCTs: true,
		}
		if asking == events.Client {
			given.ServerName = "Other.Example."
		}
		_, read := c.ask(t, asking, given)
		got := read.Options()
		want := given
		// What only a chain may be signed with is offered too, as in a handshake.
		want.Schemes = []messages.SignatureScheme{messages.Ed25519, messages.RSAPKCS1SHA256}
		if asking == events.Client {
			want.ServerName = "other.example"
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("read  %+v\ngiven %+v", got, want)
		}
		q := read.ChooseCredential()
		if q.Role != asking.Peer() || q.Version != messages.TLS13 || q.ServerName != want.ServerName ||
			!reflect.DeepEqual(q.Schemes, given.Schemes) || !reflect.DeepEqual(q.SchemesCert, given.SchemesCert) ||
			!reflect.DeepEqual(q.Authorities, given.Authorities) || !reflect.DeepEqual(q.OIDFilters, given.OIDFilters) || (q.Hello != nil) != (q.Role == events.Server) {
			t.Errorf("the question is %+v", q)
		}
	})
}

func TestDecliningIsToldApartFromProving(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		request, read := c.ask(t, asking, authenticator.Options{})
		empty := must(c.end(asking.Peer()).session.Decline(read))(t, "the request is declined")
		if kind, size, _ := messages.ParseHandshakeHeader(empty); kind != messages.TypeFinished || size+4 != len(empty) {
			t.Errorf("an empty authenticator is a Finished alone: %x", empty)
		}
		claim, err := c.end(asking).session.Read(request, empty)
		wantRefusal(t, "an empty authenticator", err, authenticator.Declined)
		if claim != nil {
			t.Errorf("it claims %v", claim)
		}
		_, err = c.end(asking).session.Read(request, empty)
		wantRefusal(t, "the same again", err, authenticator.ContextUsed)
		_, err = c.end(asking.Peer()).session.Answer(read, identity(asking.Peer(), testkit.P256).Credential())
		wantRefusal(t, "an answer after all", err, authenticator.ContextUsed)
	})
}

func TestTheContextOfEveryMessageCanBeHad(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		context := []byte("of this request")
		request, read := c.ask(t, asking, authenticator.Options{Context: context})
		answer := c.end(asking.Peer()).answer(t, read, identity(asking.Peer(), testkit.P256))
		for what, message := range map[string][]byte{"the request": request.Bytes(), "the authenticator": answer} {
			for _, e := range []*end{c.client, c.server} {
				if got := must(e.session.Context(message))(t, what); !bytes.Equal(got, context) {
					t.Errorf("the context of %s is %q to the %v", what, got, e.role)
				}
			}
		}
		request, read = c.ask(t, asking, authenticator.Options{Context: []byte{}})
		if got := must(c.client.session.Context(request.Bytes()))(t, "an empty context"); len(got) != 0 {
			t.Errorf("an empty context is %q", got)
		}
		must(c.end(asking).verify(t, request, c.end(asking.Peer()).answer(t, read, identity(asking.Peer(), testkit.P256))))(t, "one serves as well")
	})
}

func TestProofsAndClaimsWaitInAnyOrder(t *testing.T) {
	c := connected(t, messages.TLS13, "order")
	id := testkit.Client(testkit.P256)
	first, firstRead := c.ask(t, events.Server, authenticator.Options{})
	second, secondRead := c.ask(t, events.Server, authenticator.Options{})
	late := must(c.client.session.Answer(firstRead, id.Credential()))(t, "the first is begun")
	early := c.client.answer(t, secondRead, id)
	claim := must(c.server.session.Read(second, early))(t, "the second is read")
	answer := must(late.Finish(sign(t, late.Sign())))(t, "the first is finished")
	must(c.server.verify(t, first, answer))(t, "the first is verified before the second")
	must(claim.Verify(keyOf(t, claim)))(t, "the second is verified")
}

// Nothing of a session moves the machine: both ends have the keys they had, and data
// goes on.
func TestAnEngineIsNotMovedByAuthenticators(t *testing.T) {
	inBothRoles(t, func(t *testing.T, c *ends, asking events.Role) {
		before := [2]string{c.client.engine.State(), c.server.engine.State()}
		connections := [2]events.Connection{c.client.engine.Connection(), c.server.engine.Connection()}
		request, read := c.ask(t, asking, authenticator.Options{})
		must(c.end(asking).verify(t, request, c.end(asking.Peer()).answer(t, read, identity(asking.Peer(), testkit.P256))))(t, "the proof")
		if after := [2]string{c.client.engine.State(), c.server.engine.State()}; after != before {
			t.Errorf("the states are %v, and were %v", after, before)
		}
		if after := [2]events.Connection{c.client.engine.Connection(), c.server.engine.Connection()}; !reflect.DeepEqual(after, connections) {
			t.Errorf("the connection is %+v, and was %+v", after, connections)
		}
		for _, from := range []events.Role{events.Client, events.Server} {
			if err := c.pipe.Write(from, []byte("data")); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.pipe.Run(); err != nil || string(c.pipe.Client.Received)+string(c.pipe.Server.Received) != "datadata" {
			t.Errorf("data after it: %q and %q, %v", c.pipe.Client.Received, c.pipe.Server.Received, err)
		}
	})
}

func TestASessionEndsWithAConnectionThatFails(t *testing.T) {
	c := connected(t, messages.TLS13, "failed")
	request, read := c.ask(t, events.Client, authenticator.Options{})
	proof := must(c.server.session.Answer(read, testkit.Server(testkit.P256).Credential()))(t, "the answer is begun")
	c.pipe.Server.Inbox = append(c.pipe.Server.Inbox, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	if err := c.pipe.Run(); err == nil {
		t.Fatal("the connection was to fail")
	}
	var fatal *engine.Error
	if _, err := proof.Finish([]byte("signature")); !errors.As(err, &fatal) {
		t.Errorf("a proof of a server that has failed: %v", err)
	}
	if _, err := c.client.session.Read(request, nil); !errors.As(err, &fatal) {
		t.Errorf("a claim to a client that has failed: %v", err)
	}
	if _, err := c.client.session.Context(request.Bytes()); !errors.As(err, &fatal) {
		t.Errorf("a context of a client that has failed: %v", err)
	}
}
