package engine_test

import (
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// sharedKey is what both ends have.
var sharedKey = []byte("a key that both ends share, of 48 bytes for SHA-384")[:48]

// externalKey has both ends have a pre-shared key in TLS 1.3.
func externalKey(i *interop) { externalKeyFor(i, secrets.SHA256) }

// externalKeyFor has both have one for a hash function.
func externalKeyFor(i *interop, hash secrets.Hash) {
	i.common().PSK = true
	for _, answers := range []*testkit.Answers{i.pair.ClientAnswers, i.pair.ServerAnswers} {
		answers.PSK, answers.PSKHash = sharedKey, hash
	}
	i.identity, i.pair.ServerAnswers.Identity = nil, nil
	i.pair.ClientAnswers.Override = func(q events.Question) events.Answer {
		// One alone: gnutls-serv makes up a key for an identity that it does not know.
		if offer, ok := q.(*events.OfferPSKs); ok {
			return offer.Reply(&events.PSK{Identity: []byte(testkit.PSKIdentity), Key: sharedKey, Hash: hash})
		}
		return nil
	}
	switch i.peer.(type) {
	case openSSL:
		i.arguments = append(i.arguments, "-psk_identity", testkit.PSKIdentity)
		if hash == secrets.SHA256 {
			i.arguments = append(i.arguments, "-psk", hex.EncodeToString(sharedKey))
		} else {
			i.arguments = append(i.arguments, "-psk_session", i.file("key.pem", sessionPEM(i.t, messages.TLS_AES_256_GCM_SHA384)))
		}
		if i.role == events.Client {
			i.arguments = append(i.arguments, "-nocert")
		}
	case gnuTLS:
		i.priority += ":-ECDHE-ECDSA:-ECDHE-RSA:+ECDHE-PSK:+DHE-PSK:+PSK"
		if i.role == events.Client {
			table := testkit.PSKIdentity + ":" + hex.EncodeToString(sharedKey) + "\n"
			i.arguments = append(i.arguments, "--pskpasswd", i.file("psk.txt", []byte(table)))
		} else {
			i.arguments = append(i.arguments, "--pskusername", testkit.PSKIdentity, "--pskkey", hex.EncodeToString(sharedKey))
		}
	}
}

// sessionPEM is the key as openssl reads one for a suite, and so for its hash: as a
// session without a ticket.
func sessionPEM(t *testing.T, suite messages.CipherSuite) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Format, Version int
		Suite, ID, Key  []byte
		Began           int64 `asn1:"explicit,tag:1"`
		Seconds         int   `asn1:"explicit,tag:2"`
	}{1, int(messages.TLS13), binary.BigEndian.AppendUint16(nil, uint16(suite)), nil, sharedKey, time.Now().Unix(), 3600})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "SSL SESSION PARAMETERS", Bytes: der})
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
	i.common().PSKModes = engine.PSKWithoutAgreement
	if _, isOpenSSL := i.peer.(openSSL); isOpenSSL {
		i.arguments = append(i.arguments, "-allow_no_dhe_kex")
	}
}

// severalKeys has tacitls offer a key that nobody has before the one that both have.
func severalKeys(i *interop) {
	externalKey(i)
	i.pair.ClientAnswers.Override = nil
}

// retried has the client's first key share be of another group than the server takes.
func retried(i *interop) {
	i.common().Groups = []messages.Group{messages.X25519, messages.Secp384r1}
	if i.role == events.Client {
		i.pair.Client.KeyShares = i.pair.Client.Groups[:1]
	}
	switch i.peer.(type) {
	case openSSL:
		i.arguments = append(i.arguments, "-groups", "X448:P-384")
	case gnuTLS:
		if i.priority += ":-GROUP-ALL:+GROUP-X448:+GROUP-SECP384R1"; i.role == events.Server {
			i.arguments = append(i.arguments, "--single-key-share")
		}
	}
}

func keyFeatures() []feature13 {
	key := func(name string, suite messages.CipherSuite, agreement bool, configure ...func(i *interop)) accord {
		return accord{name: name, suite: suite, then: usesKey(agreement), config: func(i *interop) {
			for _, c := range configure {
				c(i)
			}
		}}
	}
	afterRetry := key("under an external key after a retry", in13, true, externalKey, retried)
	afterRetry.then = func(i *interop, end *endpoint, p *program) {
		usesKey(true)(i, end, p)
		wantRetried(i, end, p)
	}
	large := key("under a key for SHA-384", messages.TLS_AES_256_GCM_SHA384, true, func(i *interop) { externalKeyFor(i, secrets.SHA384) })
	large.lacks = bothOf(gnutlsServ, gnutlsCli, "has keys for SHA-256 alone")
	several := key("under one of several external keys", in13, true, severalKeys)
	several.lacks = lacking{
		sClient: "offers one", gnutlsCli: "offers one", gnutlsServ: "makes up a key for any identity",
	}
	return []feature13{
		{name: "external key for SHA-256, psk_dhe_ke", shown: []accord{key("under an external key", in13, true, externalKey)}},
		{name: "external key for SHA-384, psk_dhe_ke", shown: []accord{large}},
		{name: "external key, psk_ke", shown: []accord{key("under an external key alone", in13, false, externalKey, withoutAgreement)}},
		{name: "external key after a HelloRetryRequest", shown: []accord{afterRetry}},
		{name: "several external keys, one of them known", shown: []accord{several}},
	}
}
