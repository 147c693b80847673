package engine_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// earlyLine is what goes as early data: more than the least fragment holds.
var earlyLine = strings.Repeat("an early line ", 60) + earlyEnd

const earlyEnd = "and its end\n"

// earlyCase is what comes of early data, and how it is brought about.
type earlyCase struct {
	accepted, retried bool
	openssl           []string // arguments of s_server
	// fragments is the length of fragments to agree on, in bytes, or 0.
	fragments int
	// again sets tacitls up for the second connection.
	again func(i *interop)
	// later is how much later the second is to tacitls.
	later time.Duration
}

// retriesWith has the second hello ask for another group than has a share.
func retriesWith(i *interop) {
	if i.role == events.Server {
		i.pair.Server.Groups = []messages.Group{messages.Secp384r1}
		return
	}
	i.pair.Client.Groups = []messages.Group{messages.X25519MLKEM768, messages.Secp256r1}
	i.pair.Client.KeyShares = i.pair.Client.Groups[:1]
}

func earlyFeatures() []feature13 {
	early := func(name string, c earlyCase) accord { return accord{name: name, suite: in13, whole: c.run} }
	taken := []string{"-early_data"}
	fragments := early("0-RTT in short fragments", earlyCase{accepted: true, openssl: taken, fragments: 512})
	fragments.lacks = bothOf(gnutlsServ, gnutlsCli, "record_size_limit instead")
	retry := early("0-RTT and a retry", earlyCase{retried: true, openssl: taken, again: retriesWith})
	// gnutls-serv alerts bad_record_mac to s_client too, and gnutls-cli protects its
	// second hello for s_server too.
	retry.lacks = bothOf(gnutlsServ, gnutlsCli, "fails, with openssl too")
	return []feature13{
		{name: "0-RTT accepted", shown: []accord{early("0-RTT", earlyCase{accepted: true, openssl: taken})}},
		{name: "0-RTT rejected", shown: []accord{
			early("0-RTT rejected", earlyCase{again: func(i *interop) { i.pair.ServerAnswers.RejectEarly = true }, later: time.Hour}),
		}},
		{name: "0-RTT rejected by a HelloRetryRequest", shown: []accord{retry}},
		{name: "0-RTT and max_fragment_length", shown: []accord{fragments}},
	}
}

func (c earlyCase) run(i *interop) {
	i.pair.Client.EarlyData, i.pair.Server.MaxEarlyData = true, 1000
	i.pair.Client.MaxFragmentLength = c.fragments
	if i.role == events.Client {
		c.byTacitls(i)
		return
	}
	c.byProgram(i)
}

// byTacitls has tacitls write early data.
func (c earlyCase) byTacitls(i *interop) {
	switch i.peer.(type) {
	case openSSL:
		i.arguments = append(append(i.arguments, "-max_early_data", "1000"), c.openssl...)
	case gnuTLS:
		i.arguments = append(i.arguments, "--earlydata", "--maxearlydata", "1000")
	}
	first, p := i.connect()
	i.must(first.handshake(), p)
	i.peer.ping(i, first, p, 0)
	i.peer.end(i, first, p)
	if len(first.sessions) == 0 || first.sessions[0].MaxEarlyData != 1000 {
		i.t.Fatalf("%s gave no ticket for early data: %v\n%s", p.name, first.sessions, p.output.tail())
	}
	i.pair.Client.Session = first.sessions[0]
	if c.again != nil {
		c.again(i)
	}
	end, p := i.connect()
	end.now = end.now.Add(c.later)
	i.must(end.do((*engine.Engine).Start), p)
	i.must(end.do(writeEarly(earlyLine)), p)
	i.must(end.until("the end of the handshake", end.engine.Completed), p)
	i.peer.ping(i, end, p, 1)
	c.check(i, end, p)
	i.peer.end(i, end, p)
}

// byProgram has the program write early data.
func (c earlyCase) byProgram(i *interop) {
	file := i.file("early.txt", []byte(earlyLine))
	session := filepath.Join(i.t.TempDir(), "session")
	var more []string
	switch i.peer.(type) {
	case openSSL:
		if more = []string{"-sess_out", session}; c.fragments > 0 {
			i.arguments = append(i.arguments, "-maxfraglen", fmt.Sprint(c.fragments))
		}
	case gnuTLS:
		i.arguments = append(i.arguments, "--resume", "--waitresumption", "--earlydata", file)
	}
	first, p := i.connect(more...)
	i.must(first.handshake(), p)
	if _, isOpenSSL := i.peer.(openSSL); isOpenSSL {
		i.peer.ping(i, first, p, 0)
		i.peer.end(i, first, p)
		_ = first.conn.Close()
		<-p.done // it has written the file
		more = []string{"-sess_in", session, "-early_data", file}
	} else {
		i.must(first.until("close_notify", first.engine.ReadClosed), p)
		i.must(first.close(), p)
		_ = first.conn.Close()
		i.client, p.from = p, p.output.size()
	}
	if c.again != nil {
		c.again(i)
	}
	end, p := i.connect(more...)
	i.must(end.handshake(), p)
	i.peer.ping(i, end, p, 1)
	c.check(i, end, p)
	i.peer.end(i, end, p)
}

func (c earlyCase) check(i *interop, end *endpoint, p *program) {
	i.t.Helper()
	got := end.engine.Connection()
	if got.EarlyDataAccepted != c.accepted || got.Retried != c.retried || c.fragments > 0 && int(got.ReceiveLimit) != c.fragments {
		i.t.Errorf("early data accepted %t, retried %t, in fragments of %d bytes", got.EarlyDataAccepted, got.Retried, got.ReceiveLimit)
	}
	if i.role == events.Server && (string(end.early) == earlyLine) != c.accepted {
		i.t.Errorf("the early data is %q", end.early)
	}
	switch said := map[bool]string{true: "accepted", false: "rejected"}[c.accepted]; {
	case i.program() == sClient:
		p.wait("Early data was " + said)
	case i.program() == sServer && c.accepted:
		p.wait(earlyEnd) // two streams: what goes before it may be interrupted
		p.wait("End of early data")
	}
}
