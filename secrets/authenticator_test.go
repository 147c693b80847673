package secrets

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"testing"
)

// What another implementation, Fizz, expects of itself in its tests: a request, a
// Certificate and a CertificateVerify are bytes like others here.
func TestAnAuthenticatorsFinishedIsWhatFizzExpects(t *testing.T) {
	const handshakeContext, finishedKey = "12345678901234567890123456789012", "12345678901234567890123456789012"
	request := unhex(t, "14303132333435363738396162636465666768696a0008000d000400020403")
	key, _ := NewSecret([]byte(finishedKey))
	for what, row := range map[string]struct {
		messages, finished string
	}{
		"of an authenticator": {
			"0b00000400000000" + "0f00000d040300097369676e6174757265",
			"b523548c421b05f7f3c33276fbdd5266ba2df103796d7d483368259860a648f2",
		},
		"of an empty one": {
			"0b00001814303132333435363738396162636465666768696a000000",
			"11fae4bcdf4673b6dfb276d886c4cd1c5b0920da961643f062d1d4a6062115b1",
		},
	} {
		sum := SHA256.Sum([]byte(handshakeContext), request, unhex(t, row.messages))
		if got, want := AuthenticatorMAC(SHA256, &key, sum, nil), unhex(t, row.finished); !bytes.Equal(got, want) {
			t.Errorf("the Finished %s is %x, and Fizz has %x", what, got, want)
		}
	}
}

func TestAnAuthenticatorsFinishedIsAnHMACUnderTheSuitesHash(t *testing.T) {
	key, _ := NewSecret(bytes.Repeat([]byte{7}, 48))
	sum := SHA384.Sum([]byte("a transcript"))
	reference := hmac.New(sha512.New384, key.Bytes())
	reference.Write(sum)
	got := AuthenticatorMAC(SHA384, &key, sum, []byte("before"))
	if want := reference.Sum([]byte("before")); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestWhatAnAuthenticatorSignsIsNoHandshakesSignature(t *testing.T) {
	sum := SHA256.Sum([]byte("a transcript"))
	want := bytes.Join([][]byte{
		bytes.Repeat([]byte{0x20}, 64), []byte("Exported Authenticator"), {0}, sum,
	}, nil)
	if got := VerifyInput13(nil, AuthenticatorContext, sum); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}
