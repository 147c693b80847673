package secrets

import (
	"encoding/binary"
	"os"
	"strings"
	"testing"
)

// samples reads the sample packets of a version, by the names of the file.
func samples(t *testing.T, v QUICVersion) map[string][]byte {
	t.Helper()
	name := map[QUICVersion]string{QUIC1: "testdata/rfc9001.txt", QUIC2: "testdata/rfc9369.txt"}[v]
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("open the samples: %v", err)
	}
	fields := map[string][]byte{}
	for line := range strings.Lines(string(text)) {
		if field, value, found := strings.Cut(line, ": "); found && line[0] != '#' {
			fields[field] = unhex(t, strings.TrimSpace(value))
		}
	}
	return fields
}

func forEachVersion(t *testing.T, test func(t *testing.T, v QUICVersion, s map[string][]byte)) {
	for _, v := range []QUICVersion{QUIC1, QUIC2} {
		t.Run(v.String(), func(t *testing.T) { test(t, v, samples(t, v)) })
	}
}

// wantPacketKeys compares what a secret gives with the fields of a sample that begin
// with its name.
func wantPacketKeys(t *testing.T, v QUICVersion, suite *Suite, secret *Secret, s map[string][]byte, name string) {
	t.Helper()
	key, iv, header, err := suite.PacketKeys(v, secret)
	wantError(t, name, err, nil)
	wantBytes(t, name+" key", key.Bytes(), s[name+" key"])
	wantBytes(t, name+" iv", iv.Bytes(), s[name+" iv"])
	wantBytes(t, name+" hp", header.Bytes(), s[name+" hp"])
}

// covers 9001/5.2/1
func TestTheKeysOfInitialPacketsComeFromTheClientsConnectionID(t *testing.T) {
	forEachVersion(t, func(t *testing.T, v QUICVersion, s map[string][]byte) {
		client, server, err := InitialSecrets(v, s["connection ID"])
		wantError(t, "initial secrets", err, nil)
		suite := suiteOf(t, 0x1301)
		wantBytes(t, "client secret", client.Bytes(), s["client secret"])
		wantPacketKeys(t, v, suite, &client, s, "client")
		wantBytes(t, "server secret", server.Bytes(), s["server secret"])
		wantPacketKeys(t, v, suite, &server, s, "server")
	})
}

func TestTheSampleInitialPacketsAreMadeAndReadToTheByte(t *testing.T) {
	forEachVersion(t, func(t *testing.T, v QUICVersion, s map[string][]byte) {
		client, server, err := InitialSecrets(v, s["connection ID"])
		wantError(t, "initial secrets", err, nil)
		suite := suiteOf(t, 0x1301)
		padded := make([]byte, 1162)
		copy(padded, s["client payload"])
		s["client payload"] = padded
		wantPacket(t, v, suite, &client, s, "client", 2)
		wantPacket(t, v, suite, &server, s, "server", 1)
	})
}

// covers 9001/5.4.1/1
func TestTheSampleShortPacketIsMadeAndReadToTheByte(t *testing.T) {
	forEachVersion(t, func(t *testing.T, v QUICVersion, s map[string][]byte) {
		suite := suiteOf(t, 0x1303)
		secret := secretOf(t, s["short secret"])
		wantPacketKeys(t, v, suite, secret, s, "short")
		wantPacket(t, v, suite, secret, s, "short", 654360564)

		next, err := NextPacketTraffic(v, suite.Hash, secret)
		wantError(t, "the next secret", err, nil)
		wantBytes(t, "the next secret", next.Bytes(), s["short ku"])
	})
}

// wantPacket protects a sample's payload and header, and removes the protection of its
// packet.
func wantPacket(t *testing.T, v QUICVersion, suite *Suite, secret *Secret, s map[string][]byte, name string, number uint64) {
	t.Helper()
	p, err := NewPacketProtection(v, suite, secret)
	wantError(t, name, err, nil)
	header, payload := s[name+" header"], s[name+" payload"]
	packet, err := p.Seal(append([]byte{}, header...), number, header, payload)
	wantError(t, name+" seal", err, nil)

	numberLen := int(header[0]&3) + 1
	numberAt := len(header) - numberLen
	sample := packet[numberAt+4:][:HeaderSampleLen]
	wantBytes(t, name+" sample", sample, s[name+" sample"])
	mask, err := p.HeaderMask(sample)
	wantError(t, name+" mask", err, nil)
	wantBytes(t, name+" mask", mask[:], s[name+" mask"])
	hide(packet, numberAt, numberLen, mask)
	wantBytes(t, name+" packet", packet, s[name+" packet"])

	hide(packet, numberAt, numberLen, mask)
	if got := readNumber(packet[numberAt:len(header)]); got != number&(1<<(8*numberLen)-1) {
		t.Errorf("%s: the packet says number %d", name, got)
	}
	got, err := p.Open(nil, number, packet[:len(header)], packet[len(header):])
	wantError(t, name+" open", err, nil)
	wantBytes(t, name+" payload", got, payload)
}

// hide puts a mask onto the header of a packet, or takes it away.
func hide(packet []byte, numberAt, numberLen int, mask [HeaderMaskLen]byte) {
	low := byte(0x0f)
	if packet[0]&0x80 == 0 {
		low = 0x1f
	}
	packet[0] ^= mask[0] & low
	for i := range numberLen {
		packet[numberAt+i] ^= mask[1+i]
	}
}

func readNumber(b []byte) uint64 {
	var room [8]byte
	copy(room[8-len(b):], b)
	return binary.BigEndian.Uint64(room[:])
}

func TestTheTagOfTheSampleRetryIsMadeToTheByte(t *testing.T) {
	forEachVersion(t, func(t *testing.T, v QUICVersion, s map[string][]byte) {
		packet := s["retry packet"]
		end := len(packet) - RetryTagLen
		tag, err := RetryTag(v, s["connection ID"], packet[:end])
		wantError(t, "retry", err, nil)
		wantBytes(t, "the tag", tag[:], packet[end:])
		other, err := RetryTag(v, nil, packet[:end])
		if err != nil || other == tag {
			t.Errorf("a Retry in answer to another packet has the same tag (%v)", err)
		}
	})
}
