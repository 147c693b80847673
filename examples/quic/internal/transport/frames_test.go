package transport

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/tacitls/tacitls/events"
)

func TestFramesAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "data")
		offset := rapid.Uint64Range(0, maxVarint-200).Draw(t, "offset")
		fin := rapid.Bool().Draw(t, "fin")
		b := appendNumbers(appendStream(appendCrypto(nil, offset, data), offset, data, fin), frameMaxStreamData, theStream, offset)
		r := reader{b: append(b, 0, 0, 0)}
		want := []frame{
			{kind: frameCrypto, offset: offset, data: data}, {kind: frameStream, offset: offset, data: data, fin: fin},
			{kind: frameMaxStreamData, value: offset}, {kind: framePadding, value: 3},
		}
		for _, w := range want {
			f, err := readFrame(&r)
			if err != nil || f.kind != w.kind || f.offset != w.offset || f.value != w.value || f.fin != w.fin || !bytes.Equal(f.data, w.data) {
				t.Fatalf("%v, %v, want %v", &f, err, &w)
			}
		}
	})
}

func TestAcknowledgmentsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var came spans
		for range rapid.IntRange(1, 50).Draw(t, "ranges") {
			from := rapid.Uint64Range(0, 1<<20).Draw(t, "from")
			came.add(from, from+rapid.Uint64Range(1, 1000).Draw(t, "length"))
		}
		room := rapid.IntRange(0, 700).Draw(t, "room")
		b := appendAck(nil, came, room)
		if len(b) > room {
			t.Fatalf("%d bytes where %d have room", len(b), room)
		}
		if len(b) == 0 {
			return
		}
		r := reader{b: b}
		f, err := readFrame(&r)
		if err != nil || len(r.b) > 0 || f.offset != came[len(came)-1].to-1 || len(f.acked) > maxRanges {
			t.Fatalf("%v, %v, %d bytes behind", &f, err, len(r.b))
		}
		for i, s := range came[len(came)-len(f.acked):] {
			if s != f.acked[i] {
				t.Fatalf("%v of %v", f.acked, came)
			}
		}
	})
}

func TestFramesThatMakeNoSenseAreRefused(t *testing.T) {
	for reason, encoded := range map[string]string{
		"a type that is none":                 "1f",
		"a type that is large":                "c000000000000040",
		"a type in more bytes than it takes":  "4001",
		"CRYPTO cut short":                    "06000501",
		"CRYPTO beyond all offsets":           "06ffffffffffffffff0101",
		"STREAM cut short":                    "0a0005",
		"ACK below zero":                      "0205000006",
		"ACK with a gap below zero":           "02050001010500",
		"ACK without its ranges":              "020500ff",
		"ACK with counts missing":             "0305000001",
		"NEW_TOKEN without one":               "0700",
		"PATH_CHALLENGE cut short":            "1a01020304050607",
		"NEW_CONNECTION_ID without its token": "18010001aa",
		"CONNECTION_CLOSE cut short":          "1c0a000568",
	} {
		r := reader{b: unhex(t, encoded)}
		f, err := readFrame(&r)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != codeFrameEncoding {
			t.Errorf("%s: %v, %v", reason, &f, err)
		}
	}
	// Counts of ECN are passed over.
	r := reader{b: unhex(t, "030500000501020301")}
	if f, err := readFrame(&r); err != nil || f.kind != frameAck || len(r.b) != 1 {
		t.Errorf("%v, %v", &f, err)
	}
}

func TestEveryKindOfFrameHasItsPlaces(t *testing.T) {
	for kind, places := range allowed {
		if len(places) != 4 {
			t.Errorf("%#x has the places %q", kind, places)
		}
		// RFC 9000, Section 12.4: all of them may stand in 1-RTT packets.
		if !allowedAt(uint64(kind), events.Application) {
			t.Errorf("%#x may not stand among data", kind)
		}
	}
	for _, kind := range []uint64{frameStream, frameMaxData, frameHandshakeDone, frameCloseApplication} {
		if allowedAt(kind, events.Initial) || allowedAt(kind, events.Handshake) {
			t.Errorf("%#x may stand in a handshake", kind)
		}
	}
	for _, kind := range []uint64{frameCrypto, frameAck, frameHandshakeDone, frameNewToken} {
		if allowedAt(kind, events.EarlyData) {
			t.Errorf("%#x may stand among early data", kind)
		}
	}
}

func TestParametersAreReadAndChecked(t *testing.T) {
	n := newNetwork(t, 1)
	n.dial()
	n.exchange(text(10))
	for _, c := range []*Conn{n.client, n.served} {
		p, err := parseParameters(c.ownParameters(), c.role)
		if err != nil || !bytes.Equal(p.source, c.id) || p.maxData != window || p.streamDataLocal != window || p.ids != maxPeerIDs {
			t.Errorf("%v: %+v, %v", c.role, p, err)
		}
		if server := c.role == events.Server; (p.original != nil) != server || (p.streams == 1) != server {
			t.Errorf("%v: %+v", c.role, p)
		}
	}
	for reason, encoded := range map[string]string{
		"one twice":                    "040105040105",
		"a value behind its integer":   "04020505",
		"an integer cut short":         "040180",
		"a length beyond the end":      "040405",
		"datagrams that are too small": "030244af",
		"an exponent above 20":         "0a0115",
		"a delay of 2^14":              "0b0480004000",
		"one connection ID":            "0e0101",
		"more streams than there are":  "0808d000000000000001",
		"an identifier too long":       "0f15" + "000102030405060708090a0b0c0d0e0f1011121314",
		"migration with a value":       "0c0100",
		"a client's original":          "0000",
		"a client's retry":             "1000",
		"a client's reset token":       "0210" + "000102030405060708090a0b0c0d0e0f",
		"a client's preferred address": "0d00",
	} {
		p, err := parseParameters(unhex(t, encoded), events.Client)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != codeTransportParameter {
			t.Errorf("%s: %+v, %v", reason, p, err)
		}
	}
	if _, err := parseParameters(unhex(t, "1b"), events.Server); err == nil {
		t.Error("a parameter without its length is read")
	}
	if _, err := parseParameters(unhex(t, "0210000102030405060708090a0b0c0d0e0f"+"7fff0101"), events.Server); err != nil {
		t.Errorf("a parameter that means nothing: %v", err)
	}
}
