package engine_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// What is there and in no list by default. The algorithms in the lists are tested
// wherever a handshake is.
var (
	unlistedGroups = []messages.Group{
		messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024, messages.MLKEM768, messages.MLKEM1024,
	}
	unlistedSuites = []messages.CipherSuite{messages.TLS_AES_128_CCM_SHA256, messages.TLS_AES_128_CCM_8_SHA256}
)

func TestWhatIsInNoListByDefaultIsNotTakenByDefault(t *testing.T) {
	wantNothingInCommon := func(name string, pair *testkit.Pair) {
		t.Helper()
		var refused *engine.Error
		p := pair.Join()
		_ = p.Handshake()
		if !errors.As(p.Server.Err, &refused) || refused.Alert != messages.AlertHandshakeFailure {
			t.Errorf("%s is taken by a server with the lists by default: %v", name, p.Server.Err)
		}
	}
	for _, group := range unlistedGroups {
		pair := testkit.NewPair("only " + group.String())
		pair.Client.Groups = []messages.Group{group}
		wantNothingInCommon(group.String(), pair)
	}
	for _, suite := range unlistedSuites {
		pair := testkit.NewPair("only " + suite.String())
		pair.Client.CipherSuites = []messages.CipherSuite{suite}
		wantNothingInCommon(suite.String(), pair)
	}
}

func TestAPostQuantumGroupAtTheHeadComesWithAShareOfTheFirstClassicalOne(t *testing.T) {
	for _, group := range unlistedGroups {
		pair := testkit.NewPair("shares with " + group.String())
		pair.Client.Groups = []messages.Group{group, messages.X25519MLKEM768, messages.Secp256r1, messages.X25519}
		m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
		shares := offered(m).Shares
		if len(shares) != 2 || shares[0].Group != group || shares[1].Group != messages.Secp256r1 {
			t.Errorf("%v at the head: %d shares, the first of %v", group, len(shares), shares[0].Group)
		}
	}
}

func TestBadSharesOfPostQuantumGroupsAreRefusedByBothEnds(t *testing.T) {
	for _, group := range unlistedGroups {
		pair := testkit.NewPair("bad shares of " + group.String())
		pair.Client.Groups = []messages.Group{group}
		pair.Server.Groups = pair.Client.Groups
		m, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
		share := offered(m).Shares[0].KeyExchange

		for name, bad := range map[string][]byte{
			"out of range":       bytes.Repeat([]byte{0xff}, len(share)),
			"a byte short":       share[1:],
			"a byte long":        append(bytes.Clone(share), 0),
			"of another group's": make([]byte, 32),
		} {
			l := forge.New(pair)
			clientShare(group, bad)(l)
			l.Handshake()
			if l.Server.Err == nil || l.Server.Err.Refusal.Name != "bad_key_share" {
				t.Errorf("%v: a client's share %s: %v", group, name, l.Server.Err)
			}
		}
		l := forge.New(pair)
		serverSays(func(m *messages.ServerHello) {
			forge.Set(&m.Extensions, &messages.KeyShareChoice{
				Share: messages.KeyShareEntry{Group: group, KeyExchange: make([]byte, 100)},
			})
		})(l)
		l.Handshake()
		if l.Client.Err == nil || l.Client.Err.Refusal.Name != "bad_key_share" {
			t.Errorf("%v: a server's share too short: %v", group, l.Client.Err)
		}
	}
}

func TestASessionOfASuiteOfCCMResumesUnderIt(t *testing.T) {
	for _, suite := range unlistedSuites {
		pair := small("resumption of " + suite.String())
		pair.Client.CipherSuites = []messages.CipherSuite{suite}
		pair.Server.CipherSuites = pair.Client.CipherSuites
		for _, resumed := range []bool{false, true} {
			p := established(t, pair)
			content := bytes.Repeat([]byte("data "), 10000)
			for _, end := range []events.Role{events.Client, events.Server} {
				if err := p.Do(end, func(e *engine.Engine, out *events.Output, now time.Time) error {
					return e.Write(out, now, content)
				}); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(p.Server.Received, content) || !bytes.Equal(p.Client.Received, content) {
				t.Errorf("%v: %d and %d bytes arrive", suite, len(p.Server.Received), len(p.Client.Received))
			}
			if got := p.Client.Engine.Connection(); got.Resumed != resumed || got.CipherSuite != suite {
				t.Errorf("resumed %v, %v, want %v, %v", got.Resumed, got.CipherSuite, resumed, suite)
			}
			pair.Client.Session = p.Client.Sessions[0]
		}
	}
}

func TestARecordTooShortForATagIsToldByTheTagOfTheSuite(t *testing.T) {
	for _, row := range []struct {
		suite  messages.CipherSuite
		length int
		short  bool
	}{
		{messages.TLS_AES_128_CCM_8_SHA256, 7, true},
		{messages.TLS_AES_128_CCM_8_SHA256, 8, false},
		{messages.TLS_AES_128_CCM_SHA256, 15, true},
		{messages.TLS_AES_128_CCM_SHA256, 16, false},
	} {
		pair := small("short records")
		pair.Client.CipherSuites = []messages.CipherSuite{row.suite}
		pair.Server.CipherSuites = pair.Client.CipherSuites
		p := established(t, pair)
		p.Server.Inbox = append([]byte{23, 3, 3, 0, byte(row.length)}, make([]byte, row.length)...)
		_ = p.Run()
		var refused *engine.Error
		if !errors.As(p.Server.Err, &refused) || refused.Refusal.Name != "bad_record_mac" {
			t.Fatalf("%v: a record of %d bytes: %v", row.suite, row.length, p.Server.Err)
		}
		if got := strings.Contains(refused.Detail, "less than a tag"); got != row.short {
			t.Errorf("%v: a record of %d bytes is told as %q", row.suite, row.length, refused.Detail)
		}
	}
}
