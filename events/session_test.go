package events_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

func session() *events.Session {
	secret, _ := secrets.NewSecret([]byte("a secret of thirty-two bytes ..."))
	return &events.Session{
		Version: messages.TLS13, CipherSuite: messages.TLS_AES_128_GCM_SHA256, Secret: secret,
		Ticket: []byte("ticket"), Created: time.UnixMilli(1700000000123), Authenticated: time.UnixMilli(1690000000456),
		Lifetime: 7200, AgeAdd: 0xdeadbeef, MaxEarlyData: 5, Group: messages.X25519, ALPN: "h2",
		ServerName: strings.Repeat("n", 300), PeerChain: [][]byte{[]byte("leaf"), []byte("issuer")},
		PeerDelegated: &messages.DelegatedCredential{
			Key:       messages.DelegatedKey{ValidTime: 86400, Scheme: messages.Ed25519, PublicKeyInfo: []byte("key")},
			Algorithm: messages.ECDSASecp256r1SHA256, Signature: []byte("signature"),
		},
		PeerScheme: messages.Ed25519, OCSP: []byte("status"), SCTs: [][]byte{[]byte("stamp")},
		OCSPChain: [][]byte{nil, []byte("another")}, SCTsChain: [][][]byte{nil, {[]byte("one"), []byte("two")}},
		Application: []byte("the caller's"),
	}
}

func TestASessionReadsAsItWasWritten(t *testing.T) {
	want := session()
	written, err := want.Append([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := events.ParseSession(written[len("before"):])
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %v of %v", got, want)
	}
}

func TestASessionThatIsNoneIsRefused(t *testing.T) {
	whole, err := session().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][]byte{
		"empty":          nil,
		"another format": append([]byte{0xff, 0xff}, whole[2:]...),
		"a byte more":    append(whole[:len(whole):len(whole)], 0),
		"far too large":  make([]byte, events.MaxSession+1),
	}
	for n := range len(whole) {
		cases[fmt.Sprintf("cut at %d", n)] = whole[:n]
	}
	for name, b := range cases {
		if _, err := events.ParseSession(b); !errors.Is(err, events.ErrSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// covers 8446/4.6.1/5 8446/4.2.11.1/1
func TestASessionExpiresByItsLifetimeAndAfterAWeek(t *testing.T) {
	created := time.UnixMilli(1700000000000)
	for _, tc := range []struct {
		lifetime uint32
		age      time.Duration
		expired  bool
	}{
		{3600, time.Hour, false}, {3600, time.Hour + time.Millisecond, true},
		{1 << 31, 7 * 24 * time.Hour, false}, {1 << 31, 7*24*time.Hour + time.Millisecond, true},
	} {
		s := &events.Session{Created: created, Lifetime: tc.lifetime}
		if got := s.Expired(created.Add(tc.age)); got != tc.expired {
			t.Errorf("a lifetime of %d s after %v: expired %t, want %t", tc.lifetime, tc.age, got, tc.expired)
		}
	}
}

func TestNoVerbPrintsASecret(t *testing.T) {
	s := session()
	derived := &events.SecretDerived{Label: "L", Secret: s.Secret}
	install := &events.InstallKeys{Secret: s.Secret}
	state, err := s.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	found := &events.SessionFound{State: state}
	established := &events.SessionEstablished{State: state}
	opened := &events.TicketOpened{State: state}
	seal := &events.SealTicket{State: state}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		for _, value := range []any{s, *s, derived, *derived, install, []any{s}, found, *found, established, *established, opened, *opened, seal, *seal} {
			text := fmt.Sprintf(verb, value)
			if strings.Contains(text, "thirty") || strings.Contains(text, "746869727479") ||
				strings.Contains(text, "116 104 105 114 116 121") {
				t.Errorf("%s prints the secret: %s", verb, text)
			}
		}
	}
}
