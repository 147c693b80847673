package engine_test

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// limited is a pair with limits of records, and what they come to.
type limited struct {
	pair    *testkit.Pair
	version messages.Version
	suite   messages.CipherSuite
	// sends is what the records of each end hold at the most, content, padding
	// and, in TLS 1.3, content type; clear is that of records in clear.
	sends [2]int
	clear int
}

// limitedSuites have an expansion that is easy to see: that of an AEAD is fixed,
// and CBC is padded up to the next block.
var limitedSuites = map[messages.Version][]messages.CipherSuite{
	messages.TLS13: {messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_128_CCM_8_SHA256},
	messages.TLS12: {
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
	},
}

func drawLimited(t *rapid.T) *limited {
	l := &limited{pair: small("limits")}
	l.version = rapid.SampledFrom([]messages.Version{messages.TLS12, messages.TLS13}).Draw(t, "version")
	l.suite = rapid.SampledFrom(limitedSuites[l.version]).Draw(t, "suite")
	client, server := &l.pair.Client, &l.pair.Server
	client.MinVersion, client.MaxVersion, server.MinVersion, server.MaxVersion = l.version, l.version, l.version, l.version
	client.CipherSuites, server.CipherSuites = []messages.CipherSuite{l.suite}, []messages.CipherSuite{l.suite}
	size := rapid.OneOf(rapid.Just(0), rapid.IntRange(64, 600), rapid.IntRange(64, 16384))
	client.RecordSizeLimit = size.Draw(t, "what the client takes")
	server.RecordSizeLimit = size.Draw(t, "what the server takes")
	client.MaxFragmentLength = rapid.SampledFrom([]int{0, 512, 1024, 2048, 4096}).Draw(t, "fragment length")
	if rapid.Bool().Draw(t, "a retry") {
		client.KeyShares = []messages.Group{}
	}
	for _, common := range []*int{&client.RecordSize, &server.RecordSize} {
		*common = rapid.SampledFrom([]int{0, 1, 63, 500, 16384}).Draw(t, "record size")
	}
	if multiple := rapid.IntRange(1, 700).Draw(t, "padding"); multiple > 1 {
		client.Padding = func(_ uint8, length, _ int) int { return multiple - length%multiple }
		server.Padding = client.Padding
	}
	l.foresee()
	return l
}

// foresee says what the ends will agree on.
func (l *limited) foresee() {
	var kind int // of TLS 1.3, which counts the content type
	if l.version == messages.TLS13 {
		kind = 1
	}
	client, server := &l.pair.Client, &l.pair.Server
	l.sends, l.clear = [2]int{record.MaxPlaintext + kind, record.MaxPlaintext + kind}, record.MaxPlaintext
	switch {
	case client.RecordSizeLimit > 0:
		l.sends[events.Server] = client.RecordSizeLimit + kind
		if server.RecordSizeLimit > 0 {
			l.sends[events.Client] = server.RecordSizeLimit + kind
		}
	case client.MaxFragmentLength > 0:
		l.sends, l.clear = [2]int{client.MaxFragmentLength, client.MaxFragmentLength}, client.MaxFragmentLength
	}
}

// fragment is how long the fragment of a protected record is that holds size
// bytes.
func (l *limited) fragment(size int) int {
	switch l.suite {
	case messages.TLS_AES_128_CCM_8_SHA256:
		return size + 8
	case messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:
		return 8 + size + 16
	case messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256:
		// Encrypt-then-MAC: the IV, the next whole block, the MAC.
		return 16 + size/16*16 + 16 + 32
	}
	return size + 16
}

// check looks at the records that an end has sent. Its ClientHello, which comes
// before anything is agreed on, has room in the least fragment length.
func (l *limited) check(t *rapid.T, from events.Role, sent []byte) {
	protected := false // in TLS 1.2, by change_cipher_spec
	for _, header := range parseHeaders(sent) {
		limit := l.clear
		if protected || l.version == messages.TLS13 && header.Type == record.ApplicationData {
			limit = l.fragment(l.sends[from])
		}
		if header.Length > limit {
			t.Fatalf("the %v sends %d bytes in a record of %v, of %d allowed", from, header.Length, header.Type, limit)
		}
		protected = protected || l.version == messages.TLS12 && header.Type == record.ChangeCipherSpec
	}
}

// covers 8449/4/1
// covers 8449/4/4
// covers 8449/4.1/1
// covers 6066/4/5
func TestNoRecordExceedsWhatWasAgreedOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLimited(t)
		p := l.pair.Join()
		var sent [2][]byte
		p.Observe = func(from events.Role, e events.Event) {
			if send, ok := e.(*events.Send); ok {
				sent[from] = append(sent[from], send.Bytes...)
			}
		}
		if err := p.Handshake(); err != nil {
			t.Fatalf("the handshake: %v", err)
		}
		for range 2 {
			for _, role := range []events.Role{events.Client, events.Server} {
				data := bytes.Repeat([]byte{7}, rapid.SampledFrom([]int{1, 63, 64, 511, 512, 513, 5000}).Draw(t, "data"))
				end := map[events.Role]*pipe.End{events.Client: &p.Server, events.Server: &p.Client}[role]
				before := len(end.Received)
				if err := p.Write(role, data); err != nil {
					t.Fatalf("the %v writes: %v", role, err)
				}
				if err := p.Run(); err != nil || !bytes.Equal(end.Received[before:], data) {
					t.Fatalf("%d of %d bytes arrive: %v", len(end.Received)-before, len(data), err)
				}
			}
		}
		l.check(t, events.Client, sent[events.Client])
		l.check(t, events.Server, sent[events.Server])
		l.checkFacts(t, p)
	})
}

// checkFacts looks at what both ends say of the limits.
func (l *limited) checkFacts(t *rapid.T, p *pipe.Pipe) {
	client, server := p.Client.Engine.Connection(), p.Server.Engine.Connection()
	sends, takes := 0, 0
	kind := 0
	if l.version == messages.TLS13 {
		kind = 1
	}
	switch c := &l.pair.Client; {
	case c.RecordSizeLimit > 0:
		sends, takes = l.sends[events.Client]-kind, c.RecordSizeLimit
		if int(server.SendLimit) != takes || int(server.ReceiveLimit) != sends {
			t.Fatalf("the server says %v", &server)
		}
	case c.MaxFragmentLength > 0:
		sends, takes = c.MaxFragmentLength-kind, c.MaxFragmentLength
		if server.SendLimit != client.SendLimit || server.ReceiveLimit != client.ReceiveLimit {
			t.Fatalf("the server says %v", &server)
		}
	}
	if int(client.SendLimit) != sends || int(client.ReceiveLimit) != takes {
		t.Fatalf("the client says %v, and sends %d and takes %d", &client, sends, takes)
	}
	said := fmt.Sprintf("send_limit=%d receive_limit=%d", sends, takes)
	if bytes.Contains([]byte(client.String()), []byte(said)) != (takes > 0) {
		t.Fatalf("%v in place of %s", &client, said)
	}
}
