package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// testScene is a scene of fixed keys, entropy and time.
func testScene(t *testing.T, seed string) *scene {
	t.Helper()
	p := testkit.NewPair(seed)
	p.Client.Trace, p.Server.Trace = true, true
	return &scene{client: p.Client, server: p.Server, clientAnswers: p.ClientAnswers, serverAnswers: p.ServerAnswers,
		now: testkit.Now}
}

// play runs a scene on a clock that advances a millisecond with every look.
func play(t *testing.T, s *scene, n narrator) error {
	t.Helper()
	now := testkit.Now
	return s.play(&account{narrator: n, clock: func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}})
}

func TestTheLadderIsAsDrawnBefore(t *testing.T) {
	scenes := map[string]func(*testing.T, *scene){
		"full": func(*testing.T, *scene) {},
		"retried_resumed": func(t *testing.T, s *scene) {
			session, err := s.session()
			if err != nil {
				t.Fatal(err)
			}
			s.client.Session, s.client.KeyShares = session, []messages.Group{}
		},
		"psk": func(_ *testing.T, s *scene) {
			s.client.PSK, s.server.PSK = true, true
			s.clientAnswers.(*testkit.Answers).PSK, s.serverAnswers.(*testkit.Answers).PSK = []byte("the key"), []byte("the key")
		},
		"mutual": func(_ *testing.T, s *scene) {
			s.client.ALPN, s.server.ALPN = []string{"h2", "http/1.1"}, []string{"http/1.1"}
			s.server.ClientAuth = engine.RequireClientCert
			s.clientAnswers.(*testkit.Answers).Identity = testkit.Client(testkit.Ed25519)
			s.serverAnswers.(*testkit.Answers).Identity = testkit.Server(testkit.RSA)
		},
	}
	legacy := func(s *scene) {
		s.client.MinVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
	}
	scenes["tls12_full"] = func(_ *testing.T, s *scene) {
		s.client.MaxVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
	}
	scenes["tls12_resumed"] = func(t *testing.T, s *scene) {
		s.client.MaxVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
		session, err := s.session()
		if err != nil {
			t.Fatal(err)
		}
		s.client.Session = session
	}
	scenes["tls12_mutual"] = func(t *testing.T, s *scene) {
		legacy(s)
		s.server.NoTickets, s.server.Sessions = true, true
		scenes["mutual"](t, s)
	}
	scenes["tls12_psk"] = func(_ *testing.T, s *scene) {
		withPSK(s, messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256)
	}
	scenes["tls12_renegotiated"] = func(_ *testing.T, s *scene) {
		s.client.MaxVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
		s.client.Renegotiation, s.server.Renegotiation = engine.RenegotiateOnce, engine.RenegotiateOnce
		s.renegotiate = true
	}
	for name, set := range scenes {
		t.Run(name, func(t *testing.T) {
			s := testScene(t, name)
			set(t, s)
			var drawn bytes.Buffer
			if err := play(t, s, &ladder{w: &drawn, paint: palette(false)}); err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join("testdata", name+".txt"), drawn.Bytes())
			for _, line := range strings.Split(drawn.String(), "\n") {
				if strings.HasPrefix(line, margin) && utf8.RuneCountInString(line) != 98 {
					t.Errorf("a row goes from rail to rail: %q", line)
				}
			}
		})
	}
}

// withPSK has both ends use a pre-shared key, by one suite.
func withPSK(s *scene, suite messages.CipherSuite) {
	for _, common := range []*engine.Common{&s.client.Common, &s.server.Common} {
		common.MinVersion, common.MaxVersion = messages.TLS12, messages.TLS12
		common.CipherSuites = []messages.CipherSuite{suite}
	}
	s.server.PSKHint = []byte("any will do")
	for _, answers := range []answer.Answerer{s.clientAnswers, s.serverAnswers} {
		answers.(*testkit.Answers).PSK = []byte("the key")
	}
}

func TestEveryKeyExchangeOfTLS12IsUnderstood(t *testing.T) {
	for suite, parts := range map[messages.CipherSuite][]string{
		messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256:   {"field      prime of 256 bytes", "share      256 bytes", "scheme     rsa_pss_rsae_sha256"},
		messages.TLS_RSA_WITH_AES_128_GCM_SHA256:       {"secret     256 bytes, for the certificate's key alone", "decrypt 256 bytes", "secret of 48 bytes"},
		messages.TLS_PSK_WITH_AES_128_GCM_SHA256:       {"hint       any will do", "identity   tacitls", "that of tacitls, 7 bytes", "key of 7 bytes"},
		messages.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256:   {"hint       any will do", "identity   tacitls", "field      prime of 256 bytes", "share      256 bytes"},
		messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256: {"hint       any will do", "identity   tacitls", "share      x25519 (32 bytes)"},
	} {
		s := testScene(t, suite.String())
		withPSK(s, suite)
		s.serverAnswers.(*testkit.Answers).Identity = testkit.Server(testkit.RSA)
		s.client.Profile, s.server.Profile = engine.Legacy, engine.Legacy
		var drawn strings.Builder
		if err := play(t, s, &ladder{w: &drawn, paint: palette(false)}); err != nil {
			t.Errorf("%v: %v", suite, err)
		}
		for _, part := range append(parts, "ClientKeyExchange", "complete: TLS 1.2, "+suite.String()) {
			if !strings.Contains(drawn.String(), part) {
				t.Errorf("%v: %q is not in\n%s", suite, part, drawn.String())
			}
		}
		if strings.Contains(drawn.String(), "malformed") {
			t.Errorf("%v: a message is not understood:\n%s", suite, drawn.String())
		}
	}
}

func TestARenegotiationIsNotOfTLS13(t *testing.T) {
	s := testScene(t, "renegotiation")
	s.renegotiate = true
	var drawn strings.Builder
	if err := play(t, s, &ladder{w: &drawn, paint: palette(false)}); !errors.Is(err, link.ErrNoRenegotiation) {
		t.Errorf("a renegotiation in TLS 1.3: %v", err)
	}
	s.client.MaxVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
	if err := play(t, s, &ladder{w: &drawn, paint: palette(false)}); !errors.Is(err, engine.ErrMisuse) {
		t.Errorf("a renegotiation that the config does not allow: %v", err)
	}
	s.client.Renegotiation = engine.RenegotiateOnce
	drawn.Reset()
	if err := play(t, s, &ladder{w: &drawn, paint: palette(false)}); !errors.Is(err, link.ErrDeclined) {
		t.Errorf("a renegotiation that the server declines: %v", err)
	}
	if !strings.Contains(drawn.String(), "is warned: no_renegotiation") || strings.Count(drawn.String(), "complete: ") != 1 {
		t.Errorf("the server declines:\n%s", drawn.String())
	}
}

func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is drawn (-update rewrites it):\n%s", path, got)
	}
}

func TestAFailureIsDrawnAndReturned(t *testing.T) {
	s := testScene(t, "failure")
	s.client.Groups, s.server.Groups = []messages.Group{messages.X25519}, []messages.Group{messages.Secp256r1}
	var drawn strings.Builder
	if err := play(t, s, &ladder{w: &drawn, paint: palette(false)}); err == nil {
		t.Error("ends without a group in common fail")
	}
	for _, part := range []string{"✗ fails: engine: peer_alert", "fails: engine: no_mutual_group", "alert record in clear"} {
		if !strings.Contains(drawn.String(), part) {
			t.Errorf("%q is not in\n%s", part, drawn.String())
		}
	}
	if strings.Contains(drawn.String(), "complete: ") {
		t.Error("nothing is complete")
	}
}

func TestColoursAndBytesChangeNothingElse(t *testing.T) {
	draw := func(colour, raw bool) string {
		var drawn strings.Builder
		if err := play(t, testScene(t, "full"), &ladder{w: &drawn, paint: palette(colour), bytes: raw}); err != nil {
			t.Fatal(err)
		}
		return drawn.String()
	}
	bare, coloured := draw(false, false), draw(true, false)
	if coloured == bare || regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(coloured, "") != bare {
		t.Error("colours add nothing but colours")
	}
	dumped := draw(false, true)
	dump := regexp.MustCompile(`(?m)^.*│ +[0-9a-f]{4}  [0-9a-f]{2}[0-9a-f ]* +│\n`)
	if dumped == bare || dump.ReplaceAllString(dumped, "") != bare {
		t.Error("bytes add nothing but bytes")
	}
}

func TestEveryLineOfJSONIsAnObject(t *testing.T) {
	var printed bytes.Buffer
	if err := play(t, testScene(t, "full"), &jsonLines{w: &printed, bytes: true}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	var last line
	decoder := json.NewDecoder(&printed)
	for {
		last = line{}
		err := decoder.Decode(&last)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		seen[last.Event]++
		if last.Event == "message_sent" && (last.Bytes == "" || last.Message == "" || 2*last.Size != len(last.Bytes)) {
			t.Errorf("a message has its name and bytes: %+v", last)
		}
		if last.Event == "complete" && (last.Cost == nil || last.Cost.RoundTrips != 1) {
			t.Errorf("one round trip: %+v", last.Cost)
		}
	}
	for event, times := range map[string]int{
		"message_sent": 8, "message_received": 8, "sign": 1, "verify_peer": 1, "answer": 4,
		"handshake_completed": 2, "ticket_received": 1, "complete": 1,
	} {
		if seen[event] != times {
			t.Errorf("%s is there %d times, want %d", event, seen[event], times)
		}
	}
}

func TestJSONHasTheMessagesOfTLS12(t *testing.T) {
	s := testScene(t, "tls12_full")
	s.client.MaxVersion, s.server.MaxVersion = messages.TLS12, messages.TLS12
	var printed bytes.Buffer
	if err := play(t, s, &jsonLines{w: &printed}); err != nil {
		t.Fatal(err)
	}
	var sent []string
	decoder := json.NewDecoder(&printed)
	for {
		var l line
		err := decoder.Decode(&l)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Details["malformed"]) > 0 {
			t.Errorf("%s is not understood: %v", l.Message, l.Details)
		}
		if l.Event == "message_sent" {
			sent = append(sent, l.Message)
		}
		if l.Event == "complete" && (l.Cost == nil || l.Cost.RoundTrips != 2) {
			t.Errorf("two round trips: %+v", l.Cost)
		}
	}
	want := "ClientHello ServerHello Certificate ServerKeyExchange ServerHelloDone ClientKeyExchange Finished NewSessionTicket Finished"
	if got := strings.Join(sent, " "); got != want {
		t.Errorf("the messages are %s, want %s", got, want)
	}
}

func TestTheCommandPrintsOneLineOfWhatWasAgreedOn(t *testing.T) {
	var stdout, stderr strings.Builder
	if err := run(nil, &stdout, &stderr, false); err != nil {
		t.Fatal(err)
	}
	for arguments, want := range map[string]string{
		"":                              `TLS 1\.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`,
		"-min 1.2":                      `TLS 1\.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`,
		"-max 1.2":                      `TLS 1\.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519`,
		"-max 1.2 -profile legacy":      `TLS 1\.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519`,
		"-max 1.2 -psk me:00ff":         `TLS 1\.2, TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, x25519`,
		"-psk me:00ff":                  `TLS 1\.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`,
		"-psk me:00ff -min 1.2":         `TLS 1\.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`,
		"-psk me:00ff -retry":           `TLS 1\.3, TLS_AES_128_GCM_SHA256, X25519MLKEM768`,
		"-psk me:00ff -psk-ke":          `TLS 1\.3, TLS_AES_128_GCM_SHA256`,
		"-psk me:00ff -psk-hash sha384": `TLS 1\.3, TLS_AES_256_GCM_SHA384, X25519MLKEM768`,
		"-max 1.2 -renegotiation":       `TLS 1\.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519`,
	} {
		stdout.Reset()
		if err := run(strings.Fields(arguments), &stdout, &stderr, false); err != nil {
			t.Fatal(err)
		}
		want := regexp.MustCompile(`(?m)^complete: ` + want + `(, ecdsa_secp256r1_sha256)?, resumed=false$`)
		if len(want.FindAllString(stdout.String(), -1)) != 1 {
			t.Errorf("%s: no line says what was agreed on:\n%s", arguments, stdout.String())
		}
	}
	stdout.Reset()
	if err := run([]string{"-resume", "-retry", "-alpn", "h2", "-servername", "192.0.2.1", "-v"}, &stdout, &stderr, false); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"HelloRetryRequest", "the session is resumed", `alpn="h2", resumed=true`, "2 round trips"} {
		if !strings.Contains(stdout.String(), part) {
			t.Errorf("%q is not in\n%s", part, stdout.String())
		}
	}
}
