package main

import (
	"fmt"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// beyond names a value among the options that the engine cannot serve, of a flag that it otherwise honours. Only what the options say
// counts: a peer that wants what is not there meets a refusal, and the test fails.
func beyond(o *options) error {
	switch {
	case o.MaxVersion != 0 && messages.Version(o.MaxVersion) < messages.TLS13, o.NoTLS13:
		return &unsupportedError{what: "a version below TLS 1.3"}
	case o.ExpectVersion != 0 && messages.Version(o.ExpectVersion) != messages.TLS13:
		return &unsupportedError{what: fmt.Sprintf("to end on version %v", messages.Version(o.ExpectVersion))}
	}
	lists := [][]uint16{o.Curves, {o.ExpectCurveID}}
	if o.KeyShares != nil {
		lists = append(lists, *o.KeyShares)
	}
	for _, list := range lists {
		for _, id := range list {
			if _, known := secrets.LookupGroup(messages.Group(id)); !known && id != 0 {
				return &unsupportedError{what: fmt.Sprintf("the group %v", messages.Group(id))}
			}
		}
	}
	lists = [][]uint16{o.VerifyPreferences, {o.ExpectPeerSignatureAlgorithm}, o.Default.SigningPreferences}
	for _, block := range o.Blocks {
		lists = append(lists, block.SigningPreferences)
	}
	for _, list := range lists {
		for _, id := range list {
			if unserved(messages.SignatureScheme(id)) {
				return &unsupportedError{what: fmt.Sprintf("the signature scheme %v", messages.SignatureScheme(id))}
			}
		}
	}
	return nil
}

// unserved are the schemes that a connection of TLS 1.3 could use and the engine does not have. SHA-1 is not among them: no handshake of
// TLS 1.3 may be signed with it, and tests rely on that.
func unserved(scheme messages.SignatureScheme) bool {
	switch scheme {
	case messages.RSAPKCS1SHA256Legacy, messages.RSAPKCS1SHA384Legacy, messages.RSAPKCS1SHA512Legacy,
		messages.MLDSA44, messages.MLDSA65, messages.MLDSA87, messages.Ed448:
		return true
	}
	return false
}
