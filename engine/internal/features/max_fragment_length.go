package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// RFC 6066, Section 4. The client asks, and a server always grants it, unless
// record_size_limit is there to say it better (RFC 8449, Section 5). It binds
// both ends at once, records in clear included; a resumption agrees anew.
var maxFragmentLength = Feature{
	Type:    messages.ExtensionMaxFragmentLength,
	Records: true,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if hs.Policy.MaxFragmentLength == 0 {
			return nil
		}
		return handshake.Put(x, &messages.MaxFragmentLength{Code: hs.Policy.MaxFragmentLength})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		offered := &hello.Message.Extensions
		if !offered.Has(messages.ExtensionMaxFragmentLength) || offered.Has(messages.ExtensionRecordSizeLimit) {
			return nil
		}
		var asked messages.MaxFragmentLength
		if _, err := hs.Get(offered, &asked); err != nil {
			return err
		}
		if _, ok := asked.Code.Bytes(); !ok {
			return refuse.UnknownFragmentLength.With("%v", asked.Code)
		}
		limitFragments(hs, asked.Code)
		return handshake.Put(reply, &asked)
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		var granted messages.MaxFragmentLength
		if _, err := hs.Get(x, &granted); err != nil {
			return err
		}
		if granted.Code != hs.Policy.MaxFragmentLength {
			return refuse.FragmentLengthNotOffered.With("%v", granted.Code)
		}
		limitFragments(hs, granted.Code)
		return nil
	},
}

// limitFragments has the length hold in both directions. In TLS 1.3 it counts
// the content type of a protected record (RFC 8446, Section 5.4). What is sent
// keeps to that; what is read need not, as well-known senders do not count it.
func limitFragments(hs *handshake.Context, code messages.FragmentLength) {
	length, _ := code.Bytes()
	agreed := limits{sends: length, takes: length, clear: length}
	if hs.Connection.Version == messages.TLS13 {
		agreed.sends--
	}
	limitRecords(hs, agreed)
}

// LimitEarlyData has a client keep early data to the length that it asks for: the
// server may grant it by the time that it reads.
func LimitEarlyData(hs *handshake.Context) {
	if length, ok := hs.Policy.MaxFragmentLength.Bytes(); ok {
		hs.LimitRecords(events.Write, length-1, 0)
	}
}

// UnlimitEarlyData undoes that. What is granted holds anew.
func UnlimitEarlyData(hs *handshake.Context) { hs.LimitRecords(events.Write, 0, 0) }

// limits are what was agreed on, in bytes of content and padding.
type limits struct {
	sends, takes int // in protected records
	clear        int // in records in clear, either way; 0 bounds none
}

// limitRecords has limits hold from here on, and tells them.
func limitRecords(hs *handshake.Context, agreed limits) {
	hs.LimitRecords(events.Write, agreed.sends, agreed.clear)
	hs.LimitRecords(events.Read, agreed.takes, agreed.clear)
	hs.Connection.SendLimit, hs.Connection.ReceiveLimit = uint16(agreed.sends), uint16(agreed.takes)
}

// noLimits forgets what was agreed on before: every handshake agrees anew.
func noLimits(hs *handshake.Context) {
	hs.Connection.SendLimit, hs.Connection.ReceiveLimit = 0, 0
}
