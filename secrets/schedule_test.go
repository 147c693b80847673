package secrets

import (
	"crypto/hkdf"
	"crypto/sha512"
	"testing"
)

// referenceLabel is HKDF-Expand-Label by the standard library.
func referenceLabel(t *testing.T, secret []byte, label string, context []byte, length int) []byte {
	t.Helper()
	full := "tls13 " + label
	info := string([]byte{byte(length >> 8), byte(length), byte(len(full))}) + full +
		string([]byte{byte(len(context))}) + string(context)
	out, err := hkdf.Expand(sha512.New384, secret, info, length)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheScheduleOverSHA384EqualsOneBuiltFromTheStandardLibrary(t *testing.T) {
	psk, shared, sum := []byte("a pre-shared key"), []byte("shared"), make([]byte, 48)
	empty := sha512.Sum384(nil)
	extract := func(salt, key []byte) []byte {
		out, err := hkdf.Extract(sha512.New384, key, salt)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	early := extract(nil, psk)
	handshake := extract(referenceLabel(t, early, "derived", empty[:], 48), shared)
	main := extract(referenceLabel(t, handshake, "derived", empty[:], 48), make([]byte, 48))

	e := NewEarly(SHA384, psk)
	h := e.Handshake(shared)
	m := h.Main()
	for label, row := range map[string]struct {
		got  Secret
		base []byte
	}{
		"c e traffic": {e.ClientTraffic(sum), early}, "e exp master": {e.Exporter(sum), early},
		"c hs traffic": {h.ClientTraffic(sum), handshake}, "s hs traffic": {h.ServerTraffic(sum), handshake},
		"c ap traffic": {m.ClientTraffic(sum), main}, "s ap traffic": {m.ServerTraffic(sum), main},
		"exp master": {m.Exporter(sum), main}, "res master": {m.Resumption(sum), main},
	} {
		wantBytes(t, label, row.got.Bytes(), referenceLabel(t, row.base, label, sum, 48))
	}

	traffic := m.ClientTraffic(sum)
	next := NextTraffic(SHA384, &traffic)
	wantBytes(t, "key update", next.Bytes(), referenceLabel(t, traffic.Bytes(), "traffic upd", nil, 48))
	ticket := TicketPSK(SHA384, &traffic, []byte{7})
	wantBytes(t, "ticket", ticket.Bytes(), referenceLabel(t, traffic.Bytes(), "resumption", []byte{7}, 48))

	// covers 8446/7.5/1
	exporter := m.Exporter(sum)
	got := make([]byte, 100)
	wantError(t, "export", Export(SHA384, &exporter, "EXPORTER-test", []byte("context"), got), nil)
	contextHash := sha512.Sum384([]byte("context"))
	derived := referenceLabel(t, exporter.Bytes(), "EXPORTER-test", empty[:], 48)
	wantBytes(t, "export", got, referenceLabel(t, derived, "exporter", contextHash[:], 100))
}

func TestBindersOfTheThreeKindsOfPSKDiffer(t *testing.T) {
	e, sum := NewEarly(SHA256, []byte("psk")), make([]byte, 32)
	seen := make(map[string]PSKKind)
	for _, kind := range []PSKKind{ResumptionPSK, ExternalPSK, ImportedPSK} {
		binder := string(e.BinderMAC(kind, sum, nil))
		if other, found := seen[binder]; found || len(binder) != 32 {
			t.Errorf("binder of kind %d has %d bytes; the same as of kind %d: %v", kind, len(binder), other, found)
		}
		seen[binder] = kind
	}
}

func TestNoPSKAndNoSharedSecretStandForZerosOfTheLengthOfTheHash(t *testing.T) {
	for _, h := range []Hash{SHA256, SHA384} {
		zeros := make([]byte, h.Size())
		a, b := NewEarly(h, nil), NewEarly(h, zeros)
		wantBytes(t, "no PSK", a.s.secret.Bytes(), b.s.secret.Bytes())
		c, d := a.Handshake(nil), a.Handshake(zeros)
		wantBytes(t, "psk_ke", c.s.secret.Bytes(), d.s.secret.Bytes())
	}
}

func TestDTLSLabelsGiveOtherSecrets(t *testing.T) {
	a, b := NewEarlyFor(TLSPrefix, SHA256, nil), NewEarlyFor(DTLSPrefix, SHA256, nil)
	x, y := a.ClientTraffic(make([]byte, 32)), b.ClientTraffic(make([]byte, 32))
	if x.Equal(&y) {
		t.Error("the label prefix does not matter")
	}
}
