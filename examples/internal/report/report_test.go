package report_test

import (
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/internal/testkit"
)

func TestAReportHasEveryKeyOnce(t *testing.T) {
	p := testkit.NewPair("report").Join()
	if err := p.Handshake(); err != nil {
		t.Fatal(err)
	}
	text, err := report.Of(p.Server.Engine, "label")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		key, _, _ := strings.Cut(line, "=")
		keys = append(keys, key)
	}
	want := "version cipher group resumed hrr alpn sni peer_cn early_data psk ocsp sct ech exporter"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("the keys are %s, want %s", got, want)
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
	text, err := report.Of(p.Server.Engine, "")
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
		if text, err := report.Of(e, ""); err != nil || !strings.Contains(text, "\nsni=\n") {
			t.Errorf("%v: sni is not empty (%v):\n%s", e, err, text)
		}
	}
}

func TestNoReportBeforeTheHandshakeIsComplete(t *testing.T) {
	if _, err := report.Of(testkit.NewPair("report").Join().Client.Engine, "label"); err == nil {
		t.Error("keying material before the handshake")
	}
}
