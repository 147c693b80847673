package engine_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// covers 7507/4/1 7507/4/2
func TestAClientNeverSaysThatItFallsBack(t *testing.T) {
	for what, change := range map[string]func(p *testkit.Pair){
		"both versions":        inLegacy,
		"TLS 1.2 alone":        func(p *testkit.Pair) { p.Client.MaxVersion, p.Server.MaxVersion = messages.TLS12, messages.TLS12 },
		"resumed":              resumingLegacy,
		"resumed by id":        resumingIdentified,
		"resumed, and TLS 1.2": func(p *testkit.Pair) { resumingLegacy(p); p.Client.MaxVersion = messages.TLS12 },
	} {
		pair := small("fallback")
		change(pair)
		m, l := capture[messages.ClientHello](t, pair, events.Client, 1)
		if slices.Contains(m.CipherSuites, messages.TLS_FALLBACK_SCSV) {
			t.Errorf("%s: the suites are %v", what, m.CipherSuites)
		}
		if got := l.Client.Engine.Connection().Resumed; got != (pair.Client.Session != nil) {
			t.Errorf("%s: resumed %t", what, got)
		}
	}
}

// covers 7507/3/2
func TestTheRefusalOfAFallbackComesInARecordOfTheClientsVersion(t *testing.T) {
	pair := legacy("record of the refusal")
	hello, _ := capture[messages.ClientHello](t, pair, events.Client, 1)
	hello.Extensions.Remove(messages.ExtensionSupportedVersions)
	hello.CipherSuites = append(slices.Clone(hello.CipherSuites), messages.TLS_FALLBACK_SCSV)
	for _, highest := range []messages.Version{messages.TLS12, messages.TLS13} {
		for version := messages.TLS10; version < highest; version++ {
			for _, ofRecord := range []messages.Version{messages.SSL30, messages.TLS10, messages.TLS11, messages.TLS12} {
				hello.LegacyVersion = version
				server := small("refusing")
				server.Server.MinVersion, server.Server.MaxVersion = messages.TLS12, highest
				header, alert := refused(t, server, uint16(ofRecord), hello)
				if alert != (messages.AlertMessage{Level: messages.LevelFatal, Description: messages.AlertInappropriateFallback}) {
					t.Errorf("%v where %v is to be had: %v", version, highest, alert)
				}
				if header.Version != uint16(version) && header.Version != uint16(ofRecord) {
					t.Errorf("a hello of %v in a record of %v is refused in one of 0x%04x", version, ofRecord, header.Version)
				}
			}
		}
	}
}

// refused gives the record in which a server refuses a hello, and its alert.
func refused(t *testing.T, pair *testkit.Pair, version uint16, hello *messages.ClientHello) (record.Header, messages.AlertMessage) {
	t.Helper()
	e, err := engine.NewServer(&pair.Server)
	if err != nil {
		t.Fatal(err)
	}
	raw := forge.Encode(hello)
	var out events.Output
	if e.Receive(&out, testkit.Now, append(record.Header{Type: record.Handshake, Version: version, Length: len(raw)}.Append(nil), raw...)) == nil {
		t.Fatal("the hello is not refused")
	}
	var sent []byte
	for event := range out.All() {
		if send, ok := event.(*events.Send); ok {
			sent = append(sent, send.Bytes...)
		}
	}
	header, _ := record.ParseHeader(sent)
	alert, ok := messages.ParseAlert(sent[min(record.HeaderLen, len(sent)):])
	if !ok || header.Type != record.Alert {
		t.Fatalf("what is sent is %x", sent)
	}
	return header, alert
}
