package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsPrintAsTheirLengthUnderEveryVerb(t *testing.T) {
	raw := bytes.Repeat([]byte{0xa7}, 32)
	secret := *secretOf(t, raw)
	suite := suiteOf(t, 0x1301)
	sealer, err := NewSealer(suite, &secret)
	wantError(t, "sealer", err, nil)
	opener, err := NewOpener(suite, &secret)
	wantError(t, "opener", err, nil)
	early := NewEarly(SHA256, raw)
	handshake := early.Handshake(raw)
	holders := []any{
		secret, &secret, struct{ S Secret }{secret}, []Secret{secret}, early, &early, handshake, handshake.Main(),
		sealer, *sealer, opener, *opener,
	}
	for _, holder := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "% x", "%08b", "%o", "%c", "%U"} {
			if got := fmt.Sprintf(verb, holder); !strings.Contains(got, " bytes)") || leaks(got) {
				t.Errorf("%T under %s prints %q", holder, verb, got)
			}
		}
	}
	if got := fmt.Sprint(secret); got != "secret(32 bytes)" {
		t.Errorf("a secret prints as %q", got)
	}
}

func TestSecretsStayOutOfLogsAndJSON(t *testing.T) {
	secret := *secretOf(t, bytes.Repeat([]byte{0xa7}, 32))
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "value", secret, "pointer", &secret)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "value", secret, "pointer", &secret)
	encoded, err := json.Marshal([]any{secret})
	wantError(t, "JSON", err, nil)
	out.Write(encoded)
	if leaks(out.String()) {
		t.Errorf("bytes leaked into %s", out.String())
	}
}

// leaks reports whether text shows a byte 0xa7 in some base.
func leaks(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "167") || strings.Contains(text, "a7") || strings.Contains(text, "10100111") ||
		strings.Contains(text, "247 247") || strings.Contains(text, "\xa7")
}

func TestASecretHoldsSixtyFourBytesAtMost(t *testing.T) {
	if s, ok := NewSecret(make([]byte, 65)); ok || !s.IsZero() {
		t.Error("65 bytes were taken")
	}
	if s, ok := NewSecret(make([]byte, MaxSecretLen)); !ok || s.Len() != MaxSecretLen || s.IsZero() {
		t.Error("MaxSecretLen bytes were refused")
	}
	s := secretOf(t, []byte("abc"))
	if cap(s.Bytes()) != 3 {
		t.Error("appending to Bytes would write into the secret")
	}
}

func TestSecretsCompareByLengthAndBytes(t *testing.T) {
	a, b, c := secretOf(t, []byte{1, 2}), secretOf(t, []byte{1, 2}), secretOf(t, []byte{1, 2, 0})
	if !a.Equal(b) || a.Equal(c) || !a.EqualBytes([]byte{1, 2}) || a.EqualBytes([]byte{1, 3}) {
		t.Error("comparison is wrong")
	}
}

func TestAWipedSecretIsZeroAndItsCopyIsNot(t *testing.T) {
	s := *secretOf(t, []byte{1, 2, 3})
	alias, copied := s.Bytes(), s
	s.Wipe()
	wantBytes(t, "what aliased the secret", alias, []byte{0, 0, 0})
	if !s.IsZero() || copied.Len() != 3 {
		t.Error("wiping went too far or not far enough")
	}
}
