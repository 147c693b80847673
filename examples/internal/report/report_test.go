package report_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

func TestAReportHasEveryKeyOnce(t *testing.T) {
	p := testkit.NewPair("report").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	text, err := report.Of(p.Server.Engine, "label", false)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		key, _, _ := strings.Cut(line, "=")
		keys = append(keys, key)
	}
	want := "version cipher group resumed hrr renegotiated alpn sni peer_cn early_data psk ocsp sct ech exporter"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("the keys are %s, want %s", got, want)
	}
}

func TestAReportTellsOfEarlyDataThatWasRejected(t *testing.T) {
	p := testkit.NewPair("report").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	for rejected, want := range map[bool]string{false: "\nearly_data=no\n", true: "\nearly_data=rejected\n"} {
		if text, err := report.Of(p.Client.Engine, "", rejected); err != nil || !strings.Contains(text, want) {
			t.Errorf("rejected %t: there is no %q (%v):\n%s", rejected, want, err, text)
		}
	}
}

func TestWhatAPeerChoseStaysOnItsLine(t *testing.T) {
	pair := testkit.NewPair("report")
	pair.Client.ALPN = []string{"h2\nresumed=true"}
	pair.Server.ALPN = pair.Client.ALPN
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	text, err := report.Of(p.Server.Engine, "", false)
	if err != nil || strings.Contains(text, "\nresumed=true") {
		t.Errorf("a protocol adds a line to the report (%v):\n%s", err, text)
	}
}

func TestAnAddressIsNotSaidToBeSent(t *testing.T) {
	pair := testkit.NewPair("report")
	pair.Client.ServerName = "192.0.2.7"
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*engine.Engine{p.Client.Engine, p.Server.Engine} {
		if text, err := report.Of(e, "", false); err != nil || !strings.Contains(text, "\nsni=\n") {
			t.Errorf("%v: sni is not empty (%v):\n%s", e, err, text)
		}
	}
}

func TestNoReportBeforeTheHandshakeIsComplete(t *testing.T) {
	if _, err := report.Of(testkit.NewPair("report").Join().Client.Engine, "label", false); err == nil {
		t.Error("keying material before the handshake")
	}
}

// covers 7627/5.4/1
func TestNothingIsExportedWithoutAnExtendedMasterSecret(t *testing.T) {
	for _, extended := range []bool{true, false} {
		pair := testkit.NewPair("report")
		pair.Client.MinVersion, pair.Server.MaxVersion = messages.TLS12, messages.TLS12
		l := forge.New(pair)
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			if !extended {
				m.Extensions.Remove(messages.ExtensionExtendedMasterSecret)
			}
		})
		l.Handshake()
		for _, end := range []*forge.End{l.Client, l.Server} {
			text, err := report.Of(end.Engine, "label", false)
			if err != nil || !strings.Contains(text, "version=1.2\n") || strings.Contains(text, "\nexporter=none\n") == extended {
				t.Errorf("extended %t: the report of the %v is (%v)\n%s", extended, end.Role, err, text)
			}
		}
	}
}
