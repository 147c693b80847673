package handshake

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// CheckOffer checks the extensions of a message that asks: a ClientHello, a
// CertificateRequest, a NewSessionTicket. What is unknown is ignored
// (RFC 8446, Section 4.2).
func CheckOffer(x *messages.Extensions, place messages.Place) error {
	if t, twice := x.Duplicate(); twice {
		return refuse.DuplicateExtension.With("%v", t)
	}
	for _, e := range x.List {
		if places, known := e.Type.Places(); known && places&place == 0 {
			return refuse.MisplacedExtension.With("%v", e.Type)
		}
	}
	return nil
}

// CheckReply checks the extensions of a message that replies: each must have
// been offered, and must be one for this message (RFC 8446, Section 4.2).
func CheckReply(x *messages.Extensions, place messages.Place, offered []messages.ExtensionType) error {
	if t, twice := x.Duplicate(); twice {
		return refuse.DuplicateExtension.With("%v", t)
	}
	for _, e := range x.List {
		if !slices.Contains(offered, e.Type) {
			return refuse.UnsolicitedExtension.With("%v", e.Type)
		}
		if places, known := e.Type.Places(); known && places&place == 0 {
			return refuse.MisplacedExtension.With("%v", e.Type)
		}
	}
	return nil
}

// AsksOCSP tells whether a client asks for a response of the one kind that there is
// (RFC 6066, Section 8).
func AsksOCSP(hs *Context, x *messages.Extensions) (bool, error) {
	var offer messages.StatusRequestOffer
	present, err := hs.Get(x, &offer)
	return present && offer.StatusType == messages.StatusTypeOCSP, err
}

// Put adds an extension of ours.
func Put(x *messages.Extensions, body messages.ExtensionBody) error {
	if err := x.Put(body); err != nil {
		return refuse.Internal.Because(err)
	}
	return nil
}

// Types lists the types of extensions to which there may be a reply: nobody may
// take up one that means nothing (RFC 8701, Section 3.1).
func Types(x *messages.Extensions) []messages.ExtensionType {
	types := make([]messages.ExtensionType, 0, len(x.List))
	for _, e := range x.List {
		if !messages.IsGREASE(uint16(e.Type)) {
			types = append(types, e.Type)
		}
	}
	return types
}
