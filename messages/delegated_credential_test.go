package messages

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestADelegatedCredentialStandsAloneAsInItsExtension(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := DelegatedKey{draw32(t), draw16[SignatureScheme](t), drawOpaque(t, 1, 1<<24-1)}
		b := &DelegatedCredential{key, draw16[SignatureScheme](t), drawOpaque(t, 1, 1<<16-1)}
		body, err := encodeBody(b)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := b.Append([]byte("before"))
		if err != nil || !bytes.Equal(alone, append([]byte("before"), body...)) {
			t.Fatalf("alone it is %x, %v", alone, err)
		}
		var read DelegatedCredential
		if err := read.Decode(body); err != nil {
			t.Fatal(err)
		}
		if read.Decode(append(body, 0)) == nil {
			t.Fatal("a byte more was read")
		}
		signed, err := b.AppendSigned([]byte("before"))
		if want := body[:len(body)-2-len(b.Signature)]; err != nil || !bytes.Equal(signed, append([]byte("before"), want...)) {
			t.Fatalf("what is signed is %x, %v", signed, err)
		}
	})
	var empty DelegatedCredential
	if out, err := empty.Append([]byte("before")); err == nil || string(out) != "before" {
		t.Errorf("an empty one: %q, %v", out, err)
	}
	if out, err := empty.AppendSigned([]byte("before")); err == nil || string(out) != "before" {
		t.Errorf("what is signed of an empty one: %q, %v", out, err)
	}
}
