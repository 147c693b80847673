package carrier_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tacitls/tacitls/engine/internal/carrier"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// ends are a stream that writes and one that reads, under keys of a suite of
// TLS 1.2. The reader takes limit bytes in a record, and the writer has not
// been told.
func ends(t *testing.T, id messages.CipherSuite, order secrets.CBCOrder, limit int) (writer, reader *carrier.Stream) {
	t.Helper()
	suite, _ := secrets.LookupSuite12(id)
	master := secrets.MasterSecret(suite.Hash, []byte("premaster"), &secrets.Randoms{})
	keys := suite.KeyBlock(&master, &secrets.Randoms{})
	options := &carrier.Options{RecordSize: record.MaxPlaintext, MaxMessage: 1 << 16, MaxHeld: 1 << 16, Rand: bytes.NewReader(make([]byte, 64))}
	writer, reader = carrier.NewStream(options), carrier.NewStream(options)
	var out events.Output
	writer.UseTLS12()
	reader.UseTLS12()
	if err := writer.WriteKeys12(&out, suite, &keys.Client, order); err != nil {
		t.Fatal(err)
	}
	if err := reader.ReadKeys12(&out, suite, &keys.Client, order); err != nil {
		t.Fatal(err)
	}
	if err := reader.LimitRecords(events.Read, limit, 0); err != nil {
		t.Fatal(err)
	}
	return writer, reader
}

// By its header alone a record of CBC could be one with more padding.
//
// covers 8449/4/5
func TestARecordOfCBCIsMeasuredOnceItIsOpen(t *testing.T) {
	const limit = 500
	for name, order := range map[string]secrets.CBCOrder{"MAC then encrypt": secrets.MACThenEncrypt, "encrypt then MAC": secrets.EncryptThenMAC} {
		for size, taken := range map[int]bool{limit: true, limit + 1: false, limit + 200: false} {
			writer, reader := ends(t, messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, order, limit)
			var sent, received events.Output
			if _, err := writer.SendData(&sent, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			for event := range sent.All() {
				b := event.(*events.Send).Bytes
				item, err := reader.Next(&received, &b)
				var refused *refuse.Detailed
				overflow := errors.As(err, &refused) && refused.Refusal == refuse.RecordOverflow
				if taken != (err == nil && len(item.Bytes) == size) || taken == overflow {
					t.Errorf("%s, %d bytes: %d bytes are read, %v", name, size, len(item.Bytes), err)
				}
			}
		}
	}
}
