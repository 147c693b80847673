package carrier_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine/internal/carrier"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// suite12 is a suite of TLS 1.2 with keys for it.
func suite12(id messages.CipherSuite) (*secrets.Suite12, *secrets.RecordKeys) {
	suite, _ := secrets.LookupSuite12(id)
	master := secrets.MasterSecret(suite.Hash, []byte("premaster"), &secrets.Randoms{})
	keys := suite.KeyBlock(&master, &secrets.Randoms{})
	return suite, &keys.Client
}

// newStream is a stream of TLS 1.2 without keys.
func newStream() *carrier.Stream {
	s := carrier.NewStream(&carrier.Options{
		RecordSize: record.MaxPlaintext, MaxMessage: 1 << 16, MaxHeld: 1 << 16, Rand: bytes.NewReader(make([]byte, 1024)),
	})
	s.UseTLS12()
	return s
}

// must stops a test whose calls cannot fail.
func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// pass has a reader take what a writer sends, and gives how much was in each
// record.
func pass(writer, reader *carrier.Stream, data []byte) (sizes []int, err error) {
	var sent, received events.Output
	for len(data) > 0 && err == nil {
		data, err = writer.SendData(&sent, data)
	}
	for event := range sent.All() {
		b := event.(*events.Send).Bytes
		for len(b) > 0 {
			item, err := reader.Next(&received, &b)
			if err != nil {
				return sizes, err
			}
			sizes = append(sizes, len(item.Bytes))
		}
	}
	return sizes, err
}

// By its header alone a record of CBC could be one with more padding.
//
// covers 8449/4/5
func TestARecordOfCBCIsMeasuredOnceItIsOpen(t *testing.T) {
	const limit = 500
	suite, keys := suite12(messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256)
	for name, order := range map[string]secrets.CBCOrder{"MAC then encrypt": secrets.MACThenEncrypt, "encrypt then MAC": secrets.EncryptThenMAC} {
		for size, taken := range map[int]bool{limit: true, limit + 1: false, limit + 200: false} {
			var out events.Output
			writer, reader := newStream(), newStream()
			must(t, reader.LimitRecords(events.Read, limit, 0),
				writer.WriteKeys12(&out, suite, keys, order), reader.ReadKeys12(&out, suite, keys, order))
			_, err := pass(writer, reader, make([]byte, size))
			var refused *refuse.Detailed
			overflow := errors.As(err, &refused) && refused.Refusal == refuse.RecordOverflow
			if taken != (err == nil) || taken == overflow {
				t.Errorf("%s, %d bytes: %v", name, size, err)
			}
		}
	}
}

// A handshake that an earlier one protects, as a renegotiation is, gives its
// limits to the keys that it makes.
//
// covers 8449/4/1
func TestALimitOfTLS12ComesWithTheKeysOfItsHandshake(t *testing.T) {
	suite, keys := suite12(messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
	var out events.Output
	writer, reader := newStream(), newStream()
	agree := func(limit int) {
		must(t, writer.LimitRecords(events.Write, limit, 0), reader.LimitRecords(events.Read, limit, 0))
	}
	change := func() {
		must(t, writer.WriteKeys12(&out, suite, keys, secrets.MACThenEncrypt), reader.ReadKeys12(&out, suite, keys, secrets.MACThenEncrypt))
	}
	for _, step := range []struct {
		what string
		do   func()
		want []int // of 1200 bytes
	}{
		{"a first handshake agrees on 500", func() { agree(500); change() }, []int{500, 500, 200}},
		{"a second one on 1000, and its keys are to come", func() { agree(1000) }, []int{500, 500, 200}},
		{"its keys are there", change, []int{1000, 200}},
		{"a third one agrees on 600, and its keys are to come", func() { agree(600) }, []int{600, 600}},
		{"its keys are there", change, []int{600, 600}},
		{"a fourth one agrees on nothing", change, []int{1200}},
		{"a fifth one agrees on 600 again", func() { agree(600) }, []int{600, 600}},
		{"its keys are there", change, []int{600, 600}},
	} {
		step.do()
		sizes, err := pass(writer, reader, make([]byte, 1200))
		if err != nil || !slices.Equal(sizes, step.want) {
			t.Errorf("%s: records of %v bytes, want %v: %v", step.what, sizes, step.want, err)
		}
	}
}

// What the peer has sent before it could know a limit is no offence.
func TestUntilItsKeysAreThereALimitOfTLS12RefusesNothing(t *testing.T) {
	suite, keys := suite12(messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
	var out events.Output
	writer, reader := newStream(), newStream()
	must(t, writer.WriteKeys12(&out, suite, keys, secrets.MACThenEncrypt), reader.ReadKeys12(&out, suite, keys, secrets.MACThenEncrypt))
	if _, err := pass(writer, reader, make([]byte, 16384)); err != nil {
		t.Fatal(err)
	}
	must(t, reader.LimitRecords(events.Read, 64, 0))
	if _, err := pass(writer, reader, make([]byte, 16384)); err != nil {
		t.Errorf("a record under the keys before: %v", err)
	}
	must(t, writer.WriteKeys12(&out, suite, keys, secrets.MACThenEncrypt), reader.ReadKeys12(&out, suite, keys, secrets.MACThenEncrypt))
	if _, err := pass(writer, reader, make([]byte, 65)); err == nil {
		t.Error("a record under the keys of the limit is taken")
	}
}
