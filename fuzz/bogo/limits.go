package main

import (
	"fmt"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// beyond names a value among the options that the engine cannot serve, of a flag that it otherwise honours. Only what the options say
// counts: a peer that wants what is not there meets a refusal, and the test fails.
func beyond(o *options) error {
	low, high := versionsOf(o)
	if expected := messages.Version(o.ExpectVersion); low > high || expected != 0 && (expected < low || expected > high) {
		return &unsupportedError{what: "a version that the engine does not have"}
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

// oldest and newest are the versions that the engine has.
const (
	oldest = messages.TLS12
	newest = messages.TLS13
)

// versionsOf bounds the version: what the flags leave of those that the engine has, nothing if low is above high. The versions below
// TLS 1.2 are on unless a flag says otherwise; to be without them asks for nothing.
func versionsOf(o *options) (low, high messages.Version) {
	low, high = max(oldest, presetOf(o).oldest, messages.Version(o.MinVersion)), newest
	if o.QUIC || keysAlone(o) {
		low = max(low, messages.TLS13)
	}
	if o.MaxVersion != 0 {
		high = min(high, messages.Version(o.MaxVersion))
	}
	if o.NoTLS13 {
		high = min(high, messages.TLS12)
	}
	if o.NoTLS12 {
		low = max(low, messages.TLS13)
	}
	return low, high
}

// unserved are the schemes that the engine does not have.
func unserved(scheme messages.SignatureScheme) bool {
	switch scheme {
	case messages.RSAPKCS1SHA256Legacy, messages.RSAPKCS1SHA384Legacy, messages.RSAPKCS1SHA512Legacy:
		return true
	}
	return false
}
