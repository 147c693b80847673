package messages

import "testing"

func TestDecodingAServerHelloAllocatesItsListAlone(t *testing.T) {
	body := trace(t, "ServerHello")[0][HandshakeHeaderLen:]
	var coder Coder
	m := new(ServerHello)
	got := testing.AllocsPerRun(100, func() {
		if err := coder.Decode(body, m); err != nil {
			t.Error(err)
		}
	})
	if got != 1 {
		t.Errorf("%v allocations, want one", got)
	}
}

func TestDecodingAClientHelloAllocatesItsTwoLists(t *testing.T) {
	body := trace(t, "ClientHello")[0][HandshakeHeaderLen:]
	var coder Coder
	m := new(ClientHello)
	got := testing.AllocsPerRun(100, func() {
		if err := coder.Decode(body, m); err != nil {
			t.Error(err)
		}
	})
	if got != 2 {
		t.Errorf("%v allocations, want two", got)
	}
}

func TestAppendingIntoRoomAllocatesNothing(t *testing.T) {
	var coder Coder
	m := new(ClientHello)
	fatal(t, "the trace decodes", coder.Decode(trace(t, "ClientHello")[0][HandshakeHeaderLen:], m))
	room := make([]byte, 0, 512)
	got := testing.AllocsPerRun(100, func() {
		if _, err := coder.Append(room, m); err != nil {
			t.Error(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}

func TestPuttingTheExtensionsOfAHelloAllocatesTheArenaAndTheList(t *testing.T) {
	bodies := []ExtensionBody{
		&ServerNameOffer{[]byte("example.com")}, &SupportedVersionsOffer{[]Version{TLS13}},
		&SupportedGroups{[]Group{X25519}}, &SignatureAlgorithms{[]SignatureScheme{Ed25519}},
		&KeyShareOffer{[]KeyShareEntry{{X25519, make([]byte, 32)}}}, &PSKModes{[]PSKMode{PSKModeDHEKE}},
	}
	got := testing.AllocsPerRun(100, func() {
		var x Extensions
		x.Grow(200)
		for _, b := range bodies {
			if err := x.Put(b); err != nil {
				t.Error(err)
			}
		}
	})
	if got > 3 {
		t.Errorf("%v allocations, want at most three", got)
	}
}

func BenchmarkDecodeServerHello(b *testing.B) {
	body := trace(b, "ServerHello")[0][HandshakeHeaderLen:]
	var coder Coder
	m := new(ServerHello)
	b.ReportAllocs()
	for b.Loop() {
		if err := coder.Decode(body, m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendClientHello(b *testing.B) {
	var coder Coder
	m := new(ClientHello)
	fatal(b, "the trace decodes", coder.Decode(trace(b, "ClientHello")[0][HandshakeHeaderLen:], m))
	room := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := coder.Append(room, m); err != nil {
			b.Fatal(err)
		}
	}
}
