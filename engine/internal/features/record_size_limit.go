package features

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// RFC 8449. Each end tells what it takes in a protected record. A server
// answers whoever offers, so that the client knows its limit to be kept.
var recordSizeLimit = Feature{
	Type:    messages.ExtensionRecordSizeLimit,
	Records: true,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		noLimits(hs)
		if hs.Policy.RecordSizeLimit == 0 {
			return nil
		}
		return handshake.Put(x, &messages.RecordSizeLimit{Limit: offeredLimit(hs.Policy)})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		noLimits(hs)
		if !hello.Message.Extensions.Has(messages.ExtensionRecordSizeLimit) {
			return nil
		}
		takes := hs.Policy.RecordSizeLimit
		if takes == 0 {
			takes = record.MaxPlaintext
		}
		own := limitOf(takes, hs.Connection.Version)
		if err := readLimit(hs, &hello.Message.Extensions, own); err != nil {
			return err
		}
		return handshake.Put(reply, &messages.RecordSizeLimit{Limit: own})
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		if x.Has(messages.ExtensionMaxFragmentLength) {
			return refuse.TwoRecordLimits
		}
		return readLimit(hs, x, offeredLimit(hs.Policy))
	},
}

// offeredLimit is a client's, who says it before the version is known.
func offeredLimit(policy *handshake.Policy) uint16 {
	return limitOf(policy.RecordSizeLimit, policy.MaxVersion)
}

// readLimit reads the peer's limit, and has both hold: its own for what is
// sent, and ours for what is read. Nothing in clear is bounded.
func readLimit(hs *handshake.Context, x *messages.Extensions, own uint16) error {
	var theirs messages.RecordSizeLimit
	if _, err := hs.Get(x, &theirs); err != nil {
		return err
	}
	if theirs.Limit < messages.MinRecordSizeLimit {
		return refuse.RecordSizeLimitTooSmall.With("%d bytes", theirs.Limit)
	}
	version := hs.Connection.Version
	limitRecords(hs, limits{sends: contentOf(theirs.Limit, version), takes: contentOf(own, version)})
	return nil
}

// limitOf is the limit on the wire for so much content and padding: TLS 1.3
// counts the content type as well (RFC 8449, Section 4).
func limitOf(content int, version messages.Version) uint16 {
	if version == messages.TLS13 {
		content++
	}
	return uint16(content)
}

// contentOf is how much content and padding a limit on the wire leaves, which
// the protocol bounds whatever the limit is (RFC 8449, Section 4).
func contentOf(limit uint16, version messages.Version) int {
	content := int(limit)
	if version == messages.TLS13 {
		content--
	}
	return min(content, record.MaxPlaintext)
}
