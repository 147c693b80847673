package answer_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/internal/testkit"
)

func TestNoVerbPrintsAKey(t *testing.T) {
	shared := []byte("of these bytes nothing is printed")
	private, ok := testkit.Server(testkit.Ed25519).Key.(ed25519.PrivateKey)
	if !ok {
		t.Fatal("the key is none in memory")
	}
	own, psk := certificate(t, testkit.Ed25519), answer.PSK{Identity: []byte("identity"), Key: shared}
	printable := map[string]any{
		"a PSK": psk, "a pointer to a PSK": &psk, "a table": answer.NewPSKTable(&psk), "a certificate": own,
		"a client": answer.Client{PSK: &psk, Certificates: []*answer.Certificate{own}},
		"a server": answer.Server{Certificates: []*answer.Certificate{own}},
	}
	for what, value := range printable {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			printed := fmt.Sprintf(verb, value)
			for _, secret := range [][]byte{shared[:8], private[:8]} {
				for _, form := range []string{string(secret), hex.EncodeToString(secret), strings.Trim(fmt.Sprint(secret), "[]")} {
					if strings.Contains(printed, form) {
						t.Errorf("%s prints the key of %s", verb, what)
					}
				}
			}
		}
	}
}
