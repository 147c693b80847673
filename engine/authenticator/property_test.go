package authenticator_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// The same cases are drawn every time; -rapid.seed=0 draws others.
var _ = flag.Set("rapid.seed", "20260314")

// drawnRole is either end.
func drawnRole(t *rapid.T, label string) events.Role {
	return rapid.SampledFrom([]events.Role{events.Client, events.Server}).Draw(t, label)
}

// changed is a message with something done to it that leaves it another one.
func changed(t *rapid.T, message []byte) []byte {
	other := slices.Clone(message)
	at := rapid.IntRange(0, len(message)-1).Draw(t, "at")
	switch rapid.SampledFrom([]string{"change", "cut", "drop", "insert", "append"}).Draw(t, "how") {
	case "change":
		other[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
	case "cut":
		other = other[:at]
	case "drop":
		other = slices.Delete(other, at, at+1)
	case "insert":
		other = slices.Insert(other, at, rapid.Byte().Draw(t, "byte"))
	case "append":
		other = append(other, rapid.Byte().Draw(t, "byte"))
	}
	if slices.Equal(other, message) {
		return append(other, 0) // a byte was dropped or inserted within a run of it
	}
	return other
}

func TestNoChangeOfAnyByteIsTaken(t *testing.T) {
	inBothVersions(t, func(t *testing.T, version messages.Version) {
		c := connected(t, version, t.Name())
		type made struct {
			request *authenticator.Request
			answer  []byte
		}
		all := map[events.Role]made{}
		for _, asking := range []events.Role{events.Client, events.Server} {
			request, read := c.ask(t, asking, authenticator.Options{RequestOCSP: true})
			credential := identity(asking.Peer(), testkit.P256).Credential()
			credential.OCSP = []byte("a response")
			all[asking] = made{request, c.end(asking.Peer()).answerWith(t, read, credential)}
		}
		spontaneous := must(c.server.session.Spontaneous(c.hello, nil))(t, "of its own accord")
		unasked := c.server.answer(t, spontaneous, testkit.Server(testkit.P256))
		rapid.Check(t, func(rt *rapid.T) {
			asking := drawnRole(rt, "asking")
			request, answer := all[asking].request, all[asking].answer
			if asking == events.Client && rapid.Bool().Draw(rt, "unasked") {
				request, answer = nil, unasked
			}
			other := changed(rt, answer)
			claim, err := c.end(asking).session.Read(request, other)
			if err == nil || claim != nil {
				rt.Fatalf("a claim of %x, changed to %x", answer, other)
			}
			var refusal authenticator.Refusal
			if !errors.As(err, &refusal) || refusal == authenticator.Declined {
				rt.Fatalf("%x: %v", other, err)
			}
		})
		// And as they are, all of them hold.
		for asking, made := range all {
			must(c.end(asking).verify(t, made.request, made.answer))(t, "as it was made")
		}
		must(c.client.verify(t, nil, unasked))(t, "as it was made")
	})
}

// A request that is changed on its way either does not read, or has an answer that
// does not hold.
func TestNoChangeOfARequestHasAnAnswerThatIsTaken(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		version := rapid.SampledFrom(versions).Draw(rt, "version")
		asking := drawnRole(rt, "asking")
		c := connected(t, version, "requests")
		request := must(c.end(asking).session.Request(authenticator.Options{}))(t, "the request is made")
		read, err := c.end(asking.Peer()).session.ReadRequest(changed(rt, request.Bytes()))
		if err != nil {
			var refusal authenticator.Refusal
			if !errors.As(err, &refusal) {
				rt.Fatal(err)
			}
			return
		}
		for _, kind := range testkit.Kinds() {
			id := identity(asking.Peer(), kind)
			proof, err := c.end(asking.Peer()).session.Answer(read, id.Credential())
			if err != nil {
				continue
			}
			answer := must(proof.Finish(sign(t, proof.Sign())))(t, "the answer ends")
			if _, err := c.end(asking).session.Read(request, answer); err == nil {
				rt.Fatalf("%x was answered, and %x taken", read.Bytes(), answer)
			}
			return
		}
	})
}

// Whatever is made serves one end of one connection: not another connection with the
// same identities, not the other end, not another request.
func TestAnAuthenticatorServesWhereItWasMadeFor(t *testing.T) {
	id := map[events.Role]*testkit.Identity{
		events.Client: testkit.Client(testkit.Ed25519), events.Server: testkit.Server(testkit.Ed25519),
	}
	rapid.Check(t, func(rt *rapid.T) {
		here := connected(t, rapid.SampledFrom(versions).Draw(rt, "version"), "here")
		there := connected(t, rapid.SampledFrom(versions).Draw(rt, "version there"), "there")
		asking := drawnRole(rt, "asking")
		options := authenticator.Options{Context: []byte(rapid.SampledFrom([]string{"", "one", "longer than any other"}).Draw(rt, "context"))}
		request, read := here.ask(t, asking, options)
		elsewhere, _ := there.ask(t, asking, options)
		answer := here.end(asking.Peer()).answer(t, read, id[asking.Peer()])
		_, err := there.end(asking).session.Read(elsewhere, answer)
		wantRefusal(t, "on another connection", err, authenticator.BadFinished)
		// The other end, which asks the same again.
		mirrored := must(here.end(asking.Peer()).session.Request(authenticator.Options{}))(t, "the other end asks")
		_, err = here.end(asking.Peer()).session.Read(mirrored, answer)
		wantRefusal(t, "at the other end", err, authenticator.BadFinished)
		second, _ := here.ask(t, asking, authenticator.Options{})
		_, err = here.end(asking).session.Read(second, answer)
		wantRefusal(t, "for another request", err, authenticator.BadFinished)
		if asking == events.Client {
			_, err = here.client.session.Read(nil, answer)
			wantRefusal(t, "for none", err, authenticator.BadFinished)
		}
		must(here.end(asking).verify(t, request, answer))(t, "for its own")
	})
}

// model is what there is to know of one context at both ends, as RFC 9261, Section 4
// and Section 5.2, has it.
type model struct {
	// known tells which ends have heard of the context at all.
	known map[events.Role]bool
	// made and read are the requests by it, and answers what an end has answered.
	made, read map[events.Role]*authenticator.Request
	answers    map[events.Role][]byte
	// verified tells which ends have taken an answer.
	verified map[events.Role]bool
}

// Both ends ask, read, answer, decline and verify in any order, by a few contexts;
// each serves once, and what may be done can be done.
func TestContextsServeOnceWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := connected(t, rapid.SampledFrom(versions).Draw(rt, "version"), "contexts")
		contexts := map[string]*model{}
		for i := range 3 {
			contexts[fmt.Sprint("context ", i)] = &model{
				map[events.Role]bool{}, map[events.Role]*authenticator.Request{}, map[events.Role]*authenticator.Request{},
				map[events.Role][]byte{}, map[events.Role]bool{},
			}
		}
		draw := func(rt *rapid.T) (string, *model, events.Role) {
			name := rapid.SampledFrom([]string{"context 0", "context 1", "context 2"}).Draw(rt, "context")
			return name, contexts[name], drawnRole(rt, "end")
		}
		expect := func(rt *rapid.T, what string, allowed bool, err error) bool {
			if allowed && err != nil || !allowed && !errors.Is(err, authenticator.ContextUsed) {
				rt.Fatalf("%s: allowed %v: %v", what, allowed, err)
			}
			return allowed
		}
		rt.Repeat(map[string]func(*rapid.T){
			"ask": func(rt *rapid.T) {
				name, m, at := draw(rt)
				request, err := c.end(at).session.Request(authenticator.Options{Context: []byte(name)})
				if expect(rt, "asking", !m.known[at], err) {
					m.known[at], m.made[at] = true, request
				}
			},
			"read": func(rt *rapid.T) {
				_, m, at := draw(rt)
				if m.made[at.Peer()] == nil {
					rt.Skip("nobody has asked")
				}
				read, err := c.end(at).session.ReadRequest(m.made[at.Peer()].Bytes())
				if expect(rt, "reading", !m.known[at], err) {
					m.known[at], m.read[at] = true, read
				}
			},
			"answer": func(rt *rapid.T) {
				_, m, at := draw(rt)
				if m.read[at] == nil {
					rt.Skip("there is nothing to answer")
				}
				proof, err := c.end(at).session.Answer(m.read[at], identity(at, testkit.Ed25519).Credential())
				if expect(rt, "answering", m.answers[at] == nil, err) {
					m.answers[at] = must(proof.Finish(sign(t, proof.Sign())))(t, "the answer ends")
				}
			},
			"decline": func(rt *rapid.T) {
				_, m, at := draw(rt)
				if m.read[at] == nil {
					rt.Skip("there is nothing to decline")
				}
				empty, err := c.end(at).session.Decline(m.read[at])
				if expect(rt, "declining", m.answers[at] == nil, err) {
					m.answers[at] = empty
				}
			},
			"verify": func(rt *rapid.T) {
				_, m, at := draw(rt)
				if m.answers[at.Peer()] == nil {
					rt.Skip("there is no answer")
				}
				_, err := c.end(at).verify(t, m.made[at], m.answers[at.Peer()])
				if errors.Is(err, authenticator.Declined) {
					err = nil
				}
				if expect(rt, "verifying", !m.verified[at], err) {
					m.verified[at] = true
				}
			},
			"": func(rt *rapid.T) {
				if !c.client.engine.Completed() || c.client.engine.Err() != nil || c.server.engine.Err() != nil {
					rt.Fatal("a connection ended")
				}
			},
		})
	})
}

func TestASessionOfAForkedEngineProvesTheSame(t *testing.T) {
	c := connected(t, messages.TLS13, "fork")
	request, read := c.ask(t, events.Client, authenticator.Options{Context: []byte("context")})
	fork := newEnd(t, events.Server, c.server.engine.Fork())
	readAgain := must(fork.session.ReadRequest(request.Bytes()))(t, "the fork reads it too")
	id := testkit.Server(testkit.Ed25519)
	if one, two := c.server.answer(t, read, id), fork.answer(t, readAgain, id); !slices.Equal(one, two) {
		t.Errorf("%x and %x", one, two)
	}
	var _ authenticator.Exporter = (*engine.Engine)(nil)
}
