package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// overheard are the limits that both ends tell in their hellos and replies: the
// client's by role 0, the server's by role 1.
type overheard struct {
	limits  [2]messages.RecordSizeLimit
	lengths [2]messages.MaxFragmentLength
}

// overhear runs the handshake of a pair.
func overhear(t *testing.T, pair *testkit.Pair) overheard {
	t.Helper()
	pair.Client.Trace, pair.Server.Trace = true, true
	p := pair.Join()
	var heard overheard
	read := func(from events.Role, x *messages.Extensions) {
		for _, body := range []messages.ExtensionBody{&heard.limits[from], &heard.lengths[from]} {
			if _, err := x.Get(body); err != nil {
				t.Errorf("the %v sends %v: %v", from, body.ExtensionType(), err)
			}
		}
	}
	p.Observe = func(from events.Role, e events.Event) {
		sent, ok := e.(*events.MessageSent)
		switch {
		case ok && sent.Type == messages.TypeClientHello:
			read(from, &forge.Decode[messages.ClientHello](sent.Raw).Extensions)
		case ok && sent.Type == messages.TypeServerHello:
			read(from, &forge.Decode[messages.ServerHello](sent.Raw).Extensions)
		case ok && sent.Type == messages.TypeEncryptedExtensions:
			read(from, &forge.Decode[messages.EncryptedExtensions](sent.Raw).Extensions)
		}
	}
	if err := p.Handshake(); err != nil {
		t.Fatalf("the handshake: %v", err)
	}
	return heard
}

// covers 8449/4/2
// covers 8449/4/6
func TestALimitToldCountsTheContentTypeOfTLS13(t *testing.T) {
	for what, row := range map[string]struct {
		set            func(*testkit.Pair)
		client, server int
		want           [2]uint16
	}{
		"the most":                               {nil, 16384, 16384, [2]uint16{16385, 16385}},
		"the most of TLS 1.2":                    {onlyLegacy, 16384, 16384, [2]uint16{16384, 16384}},
		"the most of a client of both versions":  {inLegacy, 16384, 16384, [2]uint16{16385, 16384}},
		"the least":                              {nil, 64, 64, [2]uint16{65, 65}},
		"the least of TLS 1.2":                   {onlyLegacy, 64, 64, [2]uint16{64, 64}},
		"a server without a limit":               {nil, 1000, 0, [2]uint16{1001, 16385}},
		"a server of TLS 1.2 without a limit":    {inLegacy, 1000, 0, [2]uint16{1001, 16384}},
		"a server that is told nothing":          {nil, 0, 64, [2]uint16{0, 0}},
		"a server of TLS 1.2 is told of nothing": {onlyLegacy, 0, 64, [2]uint16{0, 0}},
	} {
		pair := small("told")
		if row.set != nil {
			row.set(pair)
		}
		pair.Client.RecordSizeLimit, pair.Server.RecordSizeLimit = row.client, row.server
		heard := overhear(t, pair)
		if got := [2]uint16{heard.limits[0].Limit, heard.limits[1].Limit}; got != row.want {
			t.Errorf("%s: the ends tell %v, want %v", what, got, row.want)
		}
	}
}

// covers 8449/4/3
// covers 8449/4/4
func TestALimitBeyondThatOfTheProtocolIsTakenAndNotUsed(t *testing.T) {
	for _, role := range []events.Role{events.Client, events.Server} {
		for name, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": legacy} {
			pair := made("beyond")
			pair.Client.RecordSizeLimit = 16384
			beyond := &messages.RecordSizeLimit{Limit: 65535}
			l := forge.New(pair)
			switch {
			case role == events.Server:
				forge.Change(l, events.Client, func(m *messages.ClientHello) { forge.Set(&m.Extensions, beyond) })
			case name == "TLS 1.3":
				forge.Change(l, events.Server, func(m *messages.EncryptedExtensions) { forge.Set(&m.Extensions, beyond) })
			default:
				forge.Change(l, events.Server, func(m *messages.ServerHello) { forge.Set(&m.Extensions, beyond) })
			}
			l.Handshake()
			wantAlive(t, "a limit of 65535 bytes", l)
			if c := l.End(role).Engine.Connection(); c.SendLimit != 16384 {
				t.Errorf("%s: the %v may send %d bytes", name, role, c.SendLimit)
			}
			// The other end refuses what is beyond the protocol.
			l.Write(role, string(make([]byte, 40000)))
			wantAlive(t, "40000 bytes", l)
			if got := len(l.End(role.Peer()).Received); got != 40000 {
				t.Errorf("%s: %d bytes of 40000 arrive", name, got)
			}
		}
	}
}

// covers 8449/5/1
func TestAServerIgnoresAFragmentLengthBesideARecordSizeLimit(t *testing.T) {
	for name, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": legacy} {
		pair := made("both")
		pair.Client.RecordSizeLimit, pair.Client.MaxFragmentLength = 3000, 512
		heard := overhear(t, pair)
		if heard.lengths[events.Client].Code != messages.FragmentLength512 || heard.lengths[events.Server].Code != 0 {
			t.Errorf("%s: the server answers %v to %v", name, heard.lengths[events.Server].Code, heard.lengths[events.Client].Code)
		}
		// Be it a length that there is not, or none at all.
		for _, data := range [][]byte{{9}, {}, {1, 2, 3}} {
			pair = made("both and wrong")
			pair.Client.RecordSizeLimit = 3000
			completes(t, pair, func(l *forge.Link) {
				forge.Change(l, events.Client, func(m *messages.ClientHello) {
					forge.AddExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionMaxFragmentLength, Data: data})
				})
			})
		}
	}
}

// covers 6066/4/2
func TestAServerGrantsTheFragmentLengthThatIsAskedFor(t *testing.T) {
	for code, length := range map[messages.FragmentLength]int{1: 512, 2: 1024, 3: 2048, 4: 4096} {
		for name, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": legacy} {
			pair := made("grant")
			pair.Client.MaxFragmentLength, pair.Server.RecordSizeLimit = length, 64
			heard := overhear(t, pair)
			if heard.lengths[events.Client].Code != code || heard.lengths[events.Server].Code != code {
				t.Errorf("%s: %v is asked for and %v granted, want %v", name, heard.lengths[events.Client].Code, heard.lengths[events.Server].Code, code)
			}
		}
	}
}

// A server may pass either extension over; then there is no limit.
func TestWhatIsNotAnsweredIsNoLimit(t *testing.T) {
	for name, set := range map[string]func(*testkit.Pair){"record_size_limit": taking(64), "max_fragment_length": asking(512)} {
		pair := small("not answered")
		set(pair)
		l := completes(t, pair, func(l *forge.Link) {
			forge.Change(l, events.Server, func(m *messages.EncryptedExtensions) { m.Extensions = messages.Extensions{} })
		})
		oneRecord(16384)(l.Wire(events.Server))
		wantAlive(t, name+" that is not answered", l)
		if c := l.Client.Engine.Connection(); c.SendLimit != 0 || c.ReceiveLimit != 0 {
			t.Errorf("%s: the client says %v", name, &c)
		}
	}
}

func TestRecordsJustWithinALimitAreTaken(t *testing.T) {
	for what, row := range map[string]struct {
		set  []func(*testkit.Pair)
		most int
	}{
		"record_size_limit":                         {[]func(*testkit.Pair){taking(500)}, 500},
		"record_size_limit in TLS 1.2":              {[]func(*testkit.Pair){onlyLegacy, taking(500)}, 500},
		"record_size_limit and then TLS 1.2":        {[]func(*testkit.Pair){inLegacy, taking(500)}, 501},
		"max_fragment_length, without content type": {[]func(*testkit.Pair){asking(512)}, 512},
		"max_fragment_length in TLS 1.2":            {[]func(*testkit.Pair){inLegacy, asking(512)}, 512},
	} {
		pair := small("within")
		for _, set := range row.set {
			set(pair)
		}
		l := forge.New(pair)
		l.Handshake()
		oneRecord(row.most)(l.Wire(events.Server))
		wantAlive(t, what, l)
		if len(l.Client.Received) != row.most {
			t.Errorf("%s: %d bytes of %d arrive", what, len(l.Client.Received), row.most)
		}
	}
}

// covers 6066/4/6
func TestNoPaddingOfCBCMakesARecordLongerThanItsBound(t *testing.T) {
	for length, taken := range map[int]bool{512 + 16 + 32 + 256: true, 512 + 16 + 32 + 256 + 1: false} {
		pair := legacy("cbc")
		pair.Client.MaxFragmentLength = 512
		pair.Client.CipherSuites = []messages.CipherSuite{
			messages.TLS_AES_128_GCM_SHA256, messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		}
		pair.Server.CipherSuites = pair.Client.CipherSuites
		p := established(t, pair)
		err := p.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Receive(out, now, []byte{23, 3, 3, byte(length >> 8), byte(length)})
		})
		var failed *engine.Error
		if taken && err != nil || !taken && (!errors.As(err, &failed) || failed.Refusal.Name != "record_overflow") {
			t.Errorf("a header of %d bytes: %v", length, err)
		}
	}
}
