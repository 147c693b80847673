package engine_test

import (
	"crypto/rsa"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// counted is a reader that notes how much is read at a time.
type counted struct {
	io.Reader
	reads []int
}

func (c *counted) Read(b []byte) (int, error) {
	c.reads = append(c.reads, len(b))
	return c.Reader.Read(b)
}

// pkcs1 is a block of PKCS #1 v1.5 for the key of 256 bytes, of which a client
// of the Bleichenbacher kind has changed something.
func pkcs1(change func(block []byte)) []byte {
	block := make([]byte, 256)
	for i := range block {
		block[i] = byte(i%255) + 1
	}
	block[0], block[1], block[len(block)-49] = 0, 2, 0
	block[len(block)-48], block[len(block)-47] = 3, 3
	change(block)
	return block
}

// serverSteps gives what a server does with an encrypted premaster secret: its
// events, its state after each, and its reads of entropy, up to the alert.
func serverSteps(t *testing.T, reply func(q *events.Decrypt) events.Answer) []string {
	t.Helper()
	pair := under(messages.TLS_RSA_WITH_AES_128_GCM_SHA256)
	entropy := &counted{Reader: pair.Server.Rand}
	pair.Server.Rand = entropy
	pair.ServerAnswers.Override = func(q events.Question) events.Answer {
		if decrypt, ok := q.(*events.Decrypt); ok {
			return reply(decrypt)
		}
		return nil
	}
	p := pair.Join()
	var steps []string
	p.Observe = func(at events.Role, event events.Event) {
		if at == events.Server {
			steps = append(steps, fmt.Sprintf("%v, %s, reads %v", event, p.Server.Engine.State(), entropy.reads))
		}
	}
	_ = p.Do(events.Client, (*engine.Engine).Start)
	_ = p.Run()
	if p.Server.Engine.Err() == nil {
		t.Fatalf("the server accepts a premaster secret that the client does not have")
	}
	return steps
}

// The server takes the same steps whatever the client encrypted, and fails where
// the client's Finished does not open: nothing tells good padding from bad, nor
// a right version from a wrong one.
//
// covers 5246/7.4.7.1/3
// covers 5246/7.4.7.1/4
// covers 5246/7.4.7.1/5
// covers 5246/7.4.7.1/6
func TestWhatDoesNotDecryptTakesTheStepsOfWhatDoes(t *testing.T) {
	identity := testkit.Server(testkit.RSA)
	key := identity.Key.(*rsa.PrivateKey)
	certificate, err := answer.NewCertificate(identity.Chain, key)
	if err != nil {
		t.Fatal(err)
	}
	answers := &answer.Server{Signing: answer.Signing{Rand: testkit.Rand("decrypter")}}
	decrypted := func(ciphertext []byte) func(q *events.Decrypt) events.Answer {
		return func(q *events.Decrypt) events.Answer {
			return answers.Answer(testkit.Now, &events.Decrypt{
				Asked: q.Asked, Credential: certificate.Credential(messages.TLS12), Ciphertext: ciphertext,
			})
		}
	}
	encrypt := func(change func(block []byte)) []byte { return testkit.RawRSA(&key.PublicKey, pkcs1(change)) }
	attempts := map[string]func(q *events.Decrypt) events.Answer{
		"another premaster secret, in good order": decrypted(encrypt(func([]byte) {})),
		"the first byte is not zero":              decrypted(encrypt(func(b []byte) { b[0] = 1 })),
		"the block type is that of signatures":    decrypted(encrypt(func(b []byte) { b[1] = 1 })),
		"the padding has no end":                  decrypted(encrypt(func(b []byte) { b[len(b)-49] = 1 })),
		"the padding ends at once":                decrypted(encrypt(func(b []byte) { b[2] = 0 })),
		"the padding ends too early":              decrypted(encrypt(func(b []byte) { b[len(b)-50] = 0 })),
		"the secret is empty":                     decrypted(encrypt(func(b []byte) { clear(b[len(b)-49:]) })),
		"the version is TLS 1.1":                  decrypted(encrypt(func(b []byte) { b[len(b)-47] = 2 })),
		"the version is none":                     decrypted(encrypt(func(b []byte) { b[len(b)-48] = 0 })),
		"the ciphertext is as large as it can be": decrypted(slices.Repeat([]byte{0xff}, 256)),
		"the ciphertext is empty":                 decrypted(nil),
		"the decrypter's answer ends the handshake": func(q *events.Decrypt) events.Answer {
			return &events.Refused{Replied: events.Replied{ID: q.Number()}, Alert: messages.AlertInternalError}
		},
		"the decrypter fails":            func(q *events.Decrypt) events.Answer { return q.Fail() },
		"the decrypter gives too little": func(q *events.Decrypt) events.Answer { return q.Reply(make([]byte, 47)) },
		"the decrypter gives too much":   func(q *events.Decrypt) events.Answer { return q.Reply(make([]byte, 49)) },
	}
	want := serverSteps(t, attempts["another premaster secret, in good order"])
	if last := want[len(want)-1]; !strings.Contains(last, "bad_record_mac") {
		t.Errorf("the last step is %q", last)
	}
	for name, reply := range attempts {
		if got := serverSteps(t, reply); !slices.Equal(got, want) {
			t.Errorf("%s: the server's steps are\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// The client's version is that of its hello, so that a downgrade on the way
// shows at the server.
//
// covers 5246/7.4.7.1/1
// covers 5246/7.4.7.1/2
func TestTheServerBindsThePremasterSecretToTheHello(t *testing.T) {
	for version, accepted := range map[byte]bool{3: true, 2: false, 4: false} {
		pair := under(messages.TLS_RSA_WITH_AES_128_GCM_SHA256)
		pair.ServerAnswers.Override = func(q events.Question) events.Answer {
			decrypt, ok := q.(*events.Decrypt)
			if !ok {
				return nil
			}
			premaster, err := testkit.Server(testkit.RSA).Decrypt(decrypt.Ciphertext)
			if err != nil || premaster[0] != 3 || premaster[1] != 3 {
				t.Errorf("the client encrypts %x: %v", premaster[:2], err)
			}
			premaster[1] = version
			return decrypt.Reply(premaster)
		}
		p := pair.Join()
		_ = p.Do(events.Client, (*engine.Engine).Start)
		_ = p.Run()
		if p.Server.Engine.Completed() != accepted {
			t.Errorf("version 3.%d: %v", version, p.Server.Engine.Err())
		}
	}
}

// An answer of the decrypter's that comes late, from a module far away, is as
// good as one that comes at once.
func TestDecryptionMayTakeItsTime(t *testing.T) {
	pair := under(messages.TLS_RSA_WITH_AES_128_GCM_SHA256)
	pair.ServerAnswers.Hold = func(q events.Question) bool { _, waits := q.(*events.Decrypt); return waits }
	p := pair.Join()
	_ = p.Do(events.Client, (*engine.Engine).Start)
	_ = p.Run()
	if p.Server.Engine.Completed() || p.Server.Open == nil {
		t.Fatalf("the server does not wait for its decrypter: it is in state %s", p.Server.Engine.State())
	}
	if err := p.Answer(events.Server, pair.ServerAnswers.Now(p.Server.Open)); err != nil {
		t.Fatal(err)
	}
	completeBoth(t, p)
}

func completeBoth(t *testing.T, p *pipe.Pipe) {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if !p.Client.Engine.Completed() || !p.Server.Engine.Completed() {
		t.Errorf("the handshake ends in %s and %s", p.Client.Engine.State(), p.Server.Engine.State())
	}
}
