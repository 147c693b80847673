package secrets

import (
	"bytes"
	"crypto/aes"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/chacha20"
	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/messages"
)

// packetSuites are those that QUIC takes.
func packetSuites() []messages.CipherSuite {
	return slices.DeleteFunc(Suites13(), func(id messages.CipherSuite) bool { return id == messages.TLS_AES_128_CCM_8_SHA256 })
}

// protections returns the two ends of one direction.
func protections(t interface{ Fatal(...any) }, id messages.CipherSuite) (sealer, opener *PacketProtection) {
	suite, ok := LookupSuite(id)
	if !ok {
		t.Fatal("no such suite")
	}
	traffic, _ := NewSecret(bytes.Repeat([]byte{7}, suite.Hash.Size()))
	var err [2]error
	sealer, err[0] = NewPacketProtection(QUIC1, suite, &traffic)
	opener, err[1] = NewPacketProtection(QUIC1, suite, &traffic)
	if err[0] != nil || err[1] != nil {
		t.Fatal(err)
	}
	return sealer, opener
}

func TestPacketsOpenInAnyOrderByTheirNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sealer, opener := protections(t, rapid.SampledFrom(packetSuites()).Draw(t, "suite"))
		type packet struct {
			number            uint64
			header, in, under []byte
		}
		var packets []packet
		numbers := rapid.SliceOfNDistinct(rapid.Uint64Range(0, MaxPacketNumber), 1, 5, rapid.ID).Draw(t, "numbers")
		for _, number := range numbers {
			p := packet{number: number, header: drawBytes(t, "header", 60), in: drawBytes(t, "payload", 300)}
			var err error
			if p.under, err = sealer.Seal(nil, number, p.header, p.in); err != nil || len(p.under) != len(p.in)+sealer.Overhead() {
				t.Fatalf("seal: %d bytes, %v", len(p.under), err)
			}
			packets = append(packets, p)
		}
		for _, p := range rapid.Permutation(packets).Draw(t, "order") {
			got, err := opener.Open(p.under[:0], p.number, p.header, p.under)
			if err != nil || !bytes.Equal(got, p.in) {
				t.Fatalf("open: %x, %v", got, err)
			}
		}
		if sealer.Sealed() != uint64(len(packets)) || opener.Sealed() != 0 {
			t.Fatalf("sealed %d and %d", sealer.Sealed(), opener.Sealed())
		}
	})
}

func TestAPacketThatIsChangedOrOfAnotherNumberIsNotAuthentic(t *testing.T) {
	for _, id := range packetSuites() {
		sealer, opener := protections(t, id)
		header, payload := []byte("header"), []byte("payload")
		packet, err := sealer.Seal(nil, 9, header, payload)
		wantError(t, "seal", err, nil)
		for i := range len(packet) * 8 {
			bad := bytes.Clone(packet)
			bad[i/8] ^= 1 << (i % 8)
			_, err := opener.Open(nil, 9, header, bad)
			wantError(t, "a bit of the payload changed", err, ErrBadPacket)
		}
		for n := range len(packet) {
			_, err := opener.Open(nil, 9, header, packet[:n])
			wantError(t, "cut short", err, ErrBadPacket)
		}
		_, err = opener.Open(nil, 8, header, packet)
		wantError(t, "another number", err, ErrBadPacket)
		_, err = opener.Open(nil, 9, header[1:], packet)
		wantError(t, "another header", err, ErrBadPacket)
		got, err := opener.Open(nil, 9, header, packet)
		wantError(t, "the true packet afterwards", err, nil)
		wantBytes(t, "the true packet afterwards", got, payload)
	}
}

// covers 9001/5.4.1/1
// covers 9001/5.4.2/1
func TestMasksAreThoseOfTheBareCiphers(t *testing.T) {
	for _, id := range packetSuites() {
		p, _ := protections(t, id)
		traffic, _ := NewSecret(bytes.Repeat([]byte{7}, p.Suite().Hash.Size()))
		_, _, key, err := p.Suite().PacketKeys(QUIC1, &traffic)
		wantError(t, "keys", err, nil)
		for _, sample := range [][]byte{make([]byte, 16), bytes.Repeat([]byte{0xff}, 16), []byte("0123456789abcdef")} {
			want := make([]byte, 16)
			if p.Suite().cipher == chaCha20Poly1305 {
				stream, err := chacha20.NewUnauthenticatedCipher(key.Bytes(), sample[4:])
				wantError(t, "ChaCha20", err, nil)
				stream.SetCounter(uint32(sample[0]) | uint32(sample[1])<<8 | uint32(sample[2])<<16 | uint32(sample[3])<<24)
				stream.XORKeyStream(want, want)
			} else {
				block, err := aes.NewCipher(key.Bytes())
				wantError(t, "AES", err, nil)
				block.Encrypt(want, sample)
			}
			got, err := p.HeaderMask(sample)
			wantError(t, "mask", err, nil)
			wantBytes(t, id.String(), got[:], want[:HeaderMaskLen])
		}
		_, err = p.HeaderMask(make([]byte, 15))
		wantError(t, "a packet too short for a sample", err, ErrHeaderSample)
	}
}

func TestAKeyUpdateChangesAllButHeaderProtection(t *testing.T) {
	for _, id := range packetSuites() {
		sealer, opener := protections(t, id)
		sample := []byte("0123456789abcdef")
		before, err := sealer.HeaderMask(sample)
		wantError(t, "mask", err, nil)
		for number := range uint64(3) {
			next, err := sealer.Next()
			wantError(t, "next", err, nil)
			packet, err := next.Seal(nil, number, nil, []byte("payload"))
			wantError(t, "seal", err, nil)
			_, err = opener.Open(nil, number, nil, packet)
			wantError(t, "the keys before the update", err, ErrBadPacket)
			if opener, err = opener.Next(); err != nil {
				t.Fatal(err)
			}
			_, err = opener.Open(nil, number, nil, packet)
			wantError(t, "the keys after the update", err, nil)
			sealer.Wipe() // what follows from it stays
			sealer = next
		}
		after, err := sealer.HeaderMask(sample)
		if err != nil || before != after {
			t.Errorf("%v: header protection has changed, %v", id, err)
		}
		if sealer.Sealed() != 1 {
			t.Errorf("%v: new keys have sealed %d packets", id, sealer.Sealed())
		}
	}
}

// covers 9001/6.6/1
// covers 9001/6.6/2
func TestAKeySealsNoMorePacketsThanItMay(t *testing.T) {
	for _, id := range packetSuites() {
		p, _ := protections(t, id)
		p.sealed = p.p.suite.PacketLimit - 1
		_, err := p.Seal(nil, 1, nil, nil)
		wantError(t, "the last one", err, nil)
		_, err = p.Seal(nil, 2, nil, nil)
		wantError(t, "one more", err, ErrPacketLimit)
		next, err := p.Next()
		wantError(t, "next", err, nil)
		_, err = next.Seal(nil, 2, nil, nil)
		wantError(t, "one under the next key", err, nil)
	}
}

// covers 9001/5.3/1
// covers 9001/6.6/7
// covers 9001/6.6/8
func TestASuiteForQUICHasHeaderProtectionAndLimits(t *testing.T) {
	for _, id := range Suites13() {
		suite, _ := LookupSuite(id)
		traffic, _ := NewSecret(make([]byte, suite.Hash.Size()))
		_, err := NewPacketProtection(QUIC1, suite, &traffic)
		if id == messages.TLS_AES_128_CCM_8_SHA256 {
			wantError(t, "a suite without", err, ErrSuite)
			continue
		}
		if err != nil || suite.PacketLimit == 0 || suite.PacketForgeries == 0 {
			t.Errorf("%v: limits %d and %d, %v", id, suite.PacketLimit, suite.PacketForgeries, err)
		}
	}
	_, err := NewPacketProtection(QUIC1, nil, new(Secret))
	wantError(t, "no suite", err, ErrSuite)
	_, err = NewPacketProtection(QUIC1, new(Suite), new(Secret))
	wantError(t, "an empty suite", err, ErrSuite)
}

func TestWhatNoVersionOfQUICHasIsRefused(t *testing.T) {
	suite := suiteOf(t, 0x1301)
	secret := secretOf(t, make([]byte, 32))
	long := make([]byte, MaxConnectionID+1)
	_, _, err := InitialSecrets(3, nil)
	wantError(t, "initial secrets", err, ErrQUICVersion)
	_, _, err = InitialSecrets(QUIC1, long)
	wantError(t, "initial secrets", err, ErrConnectionID)
	_, err = NewPacketProtection(3, suite, secret)
	wantError(t, "protection", err, ErrQUICVersion)
	_, err = NextPacketTraffic(3, SHA256, secret)
	wantError(t, "the next secret", err, ErrQUICVersion)
	_, err = RetryTag(3, nil, nil)
	wantError(t, "retry", err, ErrQUICVersion)
	_, err = RetryTag(QUIC1, long, nil)
	wantError(t, "retry", err, ErrConnectionID)

	p, err := NewPacketProtection(QUIC2, suite, secret)
	wantError(t, "protection", err, nil)
	dst := []byte("as it was")
	got, err := p.Seal(dst, MaxPacketNumber+1, nil, nil)
	wantError(t, "a number that is none", err, ErrPacketNumber)
	wantBytes(t, "a number that is none", got, dst)
	_, err = p.Open(nil, MaxPacketNumber+1, nil, make([]byte, 16))
	wantError(t, "a number that is none", err, ErrPacketNumber)

	p.Wipe()
	_, err = p.Seal(nil, 1, nil, nil)
	wantError(t, "seal after a wipe", err, ErrSuite)
	_, err = p.Open(nil, 1, nil, make([]byte, 16))
	wantError(t, "open after a wipe", err, ErrSuite)
	_, err = p.HeaderMask(make([]byte, 16))
	wantError(t, "mask after a wipe", err, ErrSuite)
	_, err = p.Next()
	wantError(t, "next after a wipe", err, ErrSuite)
	if p.Suite() != nil || p.Overhead() != 16 {
		t.Errorf("after a wipe: %v, %d", p.Suite(), p.Overhead())
	}
	// An identifier of no bytes is one.
	none, _, err := InitialSecrets(QUIC1, nil)
	wantError(t, "no identifier", err, nil)
	empty, _, _ := InitialSecrets(QUIC1, []byte{})
	if !none.Equal(&empty) || none.IsZero() {
		t.Error("nil and no bytes are not the same connection ID")
	}
}

func TestAPacketProtectionPrintsNoKey(t *testing.T) {
	secret := secretOf(t, bytes.Repeat([]byte{0xa7}, 32))
	p, err := NewPacketProtection(QUIC1, suiteOf(t, 0x1303), secret)
	wantError(t, "protection", err, nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s"} {
		for _, holder := range []any{p, *p} {
			if got := fmt.Sprintf(verb, holder); got != "packet protection(32 bytes)" {
				t.Errorf("%s prints %q", verb, got)
			}
		}
	}
	if got := QUIC2.String() + ", " + QUICVersion(3).String(); got != "QUIC 2, QUIC(0x00000003)" {
		t.Errorf("versions print as %q", got)
	}
}

func TestWhatIsDonePerPacketDoesNotAllocate(t *testing.T) {
	for _, id := range packetSuites() {
		sealer, opener := protections(t, id)
		header, payload := make([]byte, 20), make([]byte, 1200)
		packet, err := sealer.Seal(nil, 1, header, payload)
		wantError(t, "seal", err, nil)
		under := make([]byte, 0, len(packet))
		buffer := make([]byte, 0, len(packet))
		for name, f := range map[string]func(){
			"Seal": func() { _, _ = sealer.Seal(buffer, 1, header, payload) },
			"Open": func() { _, _ = opener.Open(buffer, 1, header, packet) },
			"Open in place": func() {
				under = append(under[:0], packet...)
				if _, err := opener.Open(under[:0], 1, header, under); err != nil {
					t.Fatal(err)
				}
			},
			"HeaderMask": func() { _, _ = opener.HeaderMask(packet[:HeaderSampleLen]) },
		} {
			if got := testing.AllocsPerRun(100, f); got != 0 {
				t.Errorf("%v: %s allocates %v times", id, name, got)
			}
		}
	}
}

func BenchmarkPacket(b *testing.B) {
	for _, id := range packetSuites() {
		b.Run(id.String(), func(b *testing.B) {
			sealer, opener := protections(b, id)
			header, payload, under := make([]byte, 20), make([]byte, 1200), make([]byte, 0, 1300)
			b.SetBytes(int64(len(payload)))
			b.ReportAllocs()
			for number := uint64(0); b.Loop(); number++ {
				packet, err := sealer.Seal(under, number, header, payload)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := sealer.HeaderMask(packet[:HeaderSampleLen]); err != nil {
					b.Fatal(err)
				}
				if _, err := opener.Open(packet[:0], number, header, packet); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
