package hello

import (
	"encoding/binary"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// A ClientHello may be dressed so that nobody on the way or at the other end
// comes to rely on its looks: its extensions in any order, codepoints in it that
// mean nothing, and a length that no broken server trips over. A second hello
// keeps what the first had of it (RFC 8446, Section 4.1.2), but for the length.

// dress changes a hello that is complete but for pre_shared_key, which stays last
// (RFC 8446, Section 4.2.11).
func dress(hs *handshake.Context, offer *handshake.Offer) error {
	if hs.Policy.ShuffleExtensions {
		if err := shuffle(hs, offer.Hello.Extensions.List); err != nil {
			return err
		}
	}
	if hs.Policy.GREASE && offer.Previous == nil {
		return grease(hs, offer.Hello)
	}
	return nil
}

// shuffle puts a list into an order drawn. That some orders are likelier than
// others by a thousandth of their chance does no harm: the order is no secret.
func shuffle(hs *handshake.Context, list []messages.Extension) error {
	drawn := make([]byte, 2*len(list))
	if err := hs.Random(drawn); err != nil {
		return err
	}
	for i := len(list) - 1; i > 0; i-- {
		j := int(binary.BigEndian.Uint16(drawn[2*i:])) % (i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return nil
}

// grease puts codepoints in that mean nothing: first in every list of them, and
// as extensions at both ends, one of them with content (RFC 8701, Section 3.1).
func grease(hs *handshake.Context, hello *messages.ClientHello) error {
	const suite, version, group, scheme, first, last, count = 0, 1, 2, 3, 4, 5, 6
	values, err := handshake.Reserved(hs, count)
	if err != nil {
		return err
	}
	hello.CipherSuites = slices.Insert(slices.Clone(hello.CipherSuites), 0, messages.CipherSuite(values[suite]))
	x := &hello.Extensions
	var versions messages.SupportedVersionsOffer
	var groups messages.SupportedGroups
	var schemes messages.SignatureAlgorithms
	var shares messages.KeyShareOffer
	for _, list := range [...]struct {
		body   messages.ExtensionBody
		insert func()
	}{
		{&versions, func() { versions.Versions = slices.Insert(versions.Versions, 0, messages.Version(values[version])) }},
		{&groups, func() { groups.Groups = slices.Insert(groups.Groups, 0, messages.Group(values[group])) }},
		{&schemes, func() { schemes.Schemes = slices.Insert(schemes.Schemes, 0, messages.SignatureScheme(values[scheme])) }},
		{&shares, func() { shares.Shares = greaseShares(shares.Shares, messages.Group(values[group])) }},
	} {
		present, err := hs.Get(x, list.body)
		if err != nil {
			return err
		}
		if !present {
			continue
		}
		list.insert()
		if err := replace(x, list.body); err != nil {
			return err
		}
	}
	x.List = slices.Insert(x.List, 0, messages.Extension{Type: messages.ExtensionType(values[first])})
	x.List = append(x.List, messages.Extension{Type: messages.ExtensionType(values[last]), Data: []byte{0}})
	return nil
}

// greaseShares puts a share before others, for a group that the hello has too. A
// hello without shares wants a HelloRetryRequest, and stays without.
func greaseShares(shares []messages.KeyShareEntry, group messages.Group) []messages.KeyShareEntry {
	if len(shares) == 0 {
		return shares
	}
	return slices.Insert(shares, 0, messages.KeyShareEntry{Group: group, KeyExchange: []byte{0}})
}

// replace puts an extension in the place of the one of its type.
func replace(x *messages.Extensions, body messages.ExtensionBody) error {
	var encoded messages.Extensions
	if err := handshake.Put(&encoded, body); err != nil {
		return err
	}
	for i := range x.List {
		if x.List[i].Type == body.ExtensionType() {
			x.List[i] = encoded.List[0]
		}
	}
	return nil
}

// Hellos of these lengths, header included, hang some servers: what is between is
// made as long as the second at least (RFC 7685, Section 4).
const (
	padFrom = 256
	padTo   = 512
)

// pad adds padding to a hello about to be sent, before pre_shared_key if that is
// there. Some servers cannot bear an empty extension at the end, so that there is
// a byte in it at least.
func pad(hs *handshake.Context, offer *handshake.Offer, hello *messages.ClientHello) error {
	size := helloLen(hello)
	if !hs.Policy.PadHello || size < padFrom || size >= padTo {
		return nil
	}
	var padding messages.Extensions
	if err := handshake.Put(&padding, &messages.Padding{Zeroes: max(padTo-size-extensionOverhead, 1)}); err != nil {
		return err
	}
	list := hello.Extensions.List
	at := len(list)
	if at > 0 && list[at-1].Type == messages.ExtensionPreSharedKey {
		at--
	}
	hello.Extensions.List = slices.Insert(slices.Clone(list), at, padding.List...)
	offer.Types = append(offer.Types, messages.ExtensionPadding)
	return nil
}

// helloLen is how many bytes a hello has, its header included
// (RFC 8446, Section 4.1.2).
func helloLen(hello *messages.ClientHello) int {
	return messages.HandshakeHeaderLen + 2 + len(hello.Random) + 1 + len(hello.SessionID) +
		2 + 2*len(hello.CipherSuites) + 1 + len(hello.CompressionMethods) + 2 + extensionsSize(hello)
}
