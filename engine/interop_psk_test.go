package engine_test

import (
	"encoding/hex"
	"path/filepath"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// externalKey has both ends have a pre-shared key in TLS 1.3.
func externalKey(i *interop) {
	key := []byte("a key that both ends share")
	i.common().PSK = true
	i.pair.ClientAnswers.PSK, i.pair.ServerAnswers.PSK = key, key
	i.identity, i.pair.ServerAnswers.Identity = nil, nil
	i.pair.ClientAnswers.Override = func(q events.Question) events.Answer {
		// One alone: gnutls-serv makes up a key for an identity that it does not know.
		if offer, ok := q.(*events.OfferPSKs); ok {
			return offer.Reply(&events.PSK{Identity: []byte(testkit.PSKIdentity), Key: key})
		}
		return nil
	}
	switch i.peer.(type) {
	case openSSL:
		i.arguments = append(i.arguments, "-psk", hex.EncodeToString(key), "-psk_identity", testkit.PSKIdentity)
		if i.role == events.Client {
			i.arguments = append(i.arguments, "-nocert")
		}
	case gnuTLS:
		i.priority += ":-ECDHE-ECDSA:-ECDHE-RSA:+ECDHE-PSK:+DHE-PSK:+PSK"
		if i.role == events.Client {
			table := testkit.PSKIdentity + ":" + hex.EncodeToString(key) + "\n"
			i.arguments = append(i.arguments, "--pskpasswd", i.file("psk.txt", []byte(table)))
		} else {
			i.arguments = append(i.arguments, "--pskusername", testkit.PSKIdentity, "--pskkey", hex.EncodeToString(key))
		}
	}
}

// usesKey checks that the connection is under the key, and what went with it.
func usesKey(agreement bool) func(i *interop, end *endpoint, p *program) {
	return func(i *interop, end *endpoint, _ *program) {
		c := end.engine.Connection()
		if string(c.PSKIdentity) != testkit.PSKIdentity || c.Resumed || len(c.PeerChain) > 0 || (c.Group != 0) != agreement {
			i.t.Errorf("the connection is under the external key: %q, %v, %d certificates", c.PSKIdentity, c.Group, len(c.PeerChain))
		}
	}
}

// withoutAgreement has both ends go without.
func withoutAgreement(i *interop) {
	externalKey(i)
	i.common().PSKModes = engine.PSKWithoutAgreement
	if _, isOpenSSL := i.peer.(openSSL); isOpenSSL {
		i.arguments = append(i.arguments, "-allow_no_dhe_kex")
		if i.role == events.Server {
			i.common().PSKModes = engine.PSKWithoutAgreement
		}
	}
}

func TestExternalKeysAgreeWithForeignPrograms(t *testing.T) {
	for _, a := range []accord{
		{name: "under an external key", suite: in13, config: externalKey, then: usesKey(true)},
		{name: "under an external key alone", suite: in13, config: withoutAgreement, then: usesKey(false)},
		{name: "under an external key after a retry", suite: in13, then: usesKey(true), with: []foreign{openSSL{}}, config: func(i *interop) {
			externalKey(i)
			i.arguments = append(i.arguments, "-groups", "X448:P-384")
			i.common().Groups = []messages.Group{messages.X25519, messages.Secp384r1}
			i.pair.Client.KeyShares = []messages.Group{messages.X25519}
		}},
	} {
		a.run(t)
	}
}

// Early data goes both ways, and is told apart from data.
func TestEarlyDataAgreesWithOpenSSL(t *testing.T) {
	withOpenSSL(t, func(i *interop) {
		const early = "<an early line>\n"
		i.pair.Client.EarlyData, i.pair.Server.MaxEarlyData = true, 1000
		session := filepath.Join(i.t.TempDir(), "session")
		more := []string{"-sess_out", session}
		if i.role == events.Client {
			i.arguments = append(i.arguments, "-early_data", "-max_early_data", "1000")
			more = nil
		}
		end, openssl := i.exchange(0, more...)
		if i.role == events.Client {
			if len(end.sessions) == 0 || end.sessions[0].MaxEarlyData != 1000 {
				i.t.Fatalf("openssl gave no ticket for early data: %v", end.sessions)
			}
			i.pair.Client.Session = end.sessions[0]
		} else {
			<-openssl.done
			more = []string{"-sess_in", session, "-early_data", i.file("early.txt", []byte(early))}
		}
		end, openssl = i.connect(more...)
		i.must(end.do((*engine.Engine).Start), openssl)
		if i.role == events.Client {
			i.must(end.do(writeEarly(early)), openssl)
		}
		i.must(end.until("the end of the handshake", end.engine.Completed), openssl)
		i.peer.ping(i, end, openssl, 1)
		if !end.engine.Connection().EarlyDataAccepted {
			i.t.Errorf("early data is taken")
		}
		if i.role == events.Client {
			openssl.wait(early) // two streams: the heading may come behind it
			openssl.wait("End of early data")
		} else if string(end.early) != early {
			i.t.Errorf("the early data is %q", end.early)
		}
		i.peer.end(i, end, openssl)
	})
}

// What openssl rejects does not arrive.
func TestEarlyDataThatOpenSSLRejectsIsLost(t *testing.T) {
	withOpenSSL(t, func(i *interop) {
		if i.role == events.Server {
			return // there it is this end that rejects
		}
		i.pair.Client.EarlyData = true
		i.arguments = []string{"-max_early_data", "1000"}
		end, _ := i.exchange(0)
		i.pair.Client.Session = end.sessions[0]
		i.pair.Client.Groups = []messages.Group{messages.X25519MLKEM768, messages.Secp256r1}
		i.pair.Client.KeyShares = []messages.Group{messages.X25519MLKEM768}
		end, openssl := i.connect()
		i.must(end.do((*engine.Engine).Start), openssl)
		i.must(end.do(writeEarly("lost")), openssl)
		i.must(end.until("the end of the handshake", end.engine.Completed), openssl)
		i.peer.ping(i, end, openssl, 1)
		// openssl forgets a session of early data once it was named, and so does
		// not resume it after the retry.
		if c := end.engine.Connection(); c.EarlyDataAccepted || !c.Retried {
			i.t.Errorf("after a retry: early data %t, retried %t", c.EarlyDataAccepted, c.Retried)
		}
		i.peer.end(i, end, openssl)
	})
}
