package record

import (
	"bytes"
	"testing"
)

func TestAHeaderIsFiveBytes(t *testing.T) {
	h := Header{Type: Handshake, Version: 0x0301, Length: 0x0203}
	want := []byte{22, 3, 1, 2, 3}
	if got := h.Append([]byte{9}); !bytes.Equal(got, append([]byte{9}, want...)) {
		t.Errorf("appended %x", got)
	}
	if got, ok := ParseHeader(append(want, 4, 5)); !ok || got != h {
		t.Errorf("parsed %+v, %v", got, ok)
	}
}

func TestAHeaderCutShortIsNotParsed(t *testing.T) {
	for n := range HeaderLen {
		if h, ok := ParseHeader(make([]byte, n)); ok || h != (Header{}) {
			t.Errorf("%d bytes gave %+v, %v", n, h, ok)
		}
	}
}

func TestContentTypesPrintTheirNames(t *testing.T) {
	for want, value := range map[string]ContentType{
		"change_cipher_spec": ChangeCipherSpec, "alert": Alert, "handshake": Handshake,
		"application_data": ApplicationData, "heartbeat": Heartbeat, "ContentType(0x00)": 0, "ContentType(0xff)": 255,
	} {
		if got := value.String(); got != want {
			t.Errorf("%d prints as %q, want %q", uint8(value), got, want)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte{22, 3, 1, 0, 5})
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, ok := ParseHeader(b); ok && !bytes.Equal(h.Append(nil), b[:HeaderLen]) {
			t.Errorf("%x came back as %x", b[:HeaderLen], h.Append(nil))
		}
	})
}
