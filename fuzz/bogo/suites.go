package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// usualSuites12 are those of TLS 1.2 unless a flag says otherwise, in the order that the tests take for granted: what forward secrecy there
// is, AES before ChaCha20 and CBC last.
var usualSuites12 = []messages.CipherSuite{
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
}

// suiteWords are the classes of suites that -cipher can name: each suite of a class has one of these parts in its name.
var suiteWords = map[string][]string{
	"ALL":     {"_"},
	"DEFAULT": {"_GCM_", "_POLY1305_", "_CBC_SHA"},
	"AES":     {"_AES_"},
	"AES128":  {"_AES_128_"},
	"3DES":    {"_3DES_"},
}

// suitesOf are the suites for a connection, in order of preference. -cipher speaks of those below TLS 1.3 alone.
func suitesOf(o *options) ([]messages.CipherSuite, error) {
	preset := presetOf(o)
	low, high := versionsOf(o)
	var suites []messages.CipherSuite
	if high >= messages.TLS13 {
		suites = append(suites, preset.suites13...)
	}
	if low >= messages.TLS13 {
		return suites, nil
	}
	older := preset.suites12
	if o.Cipher != "" {
		var err error
		if older, err = parseSuites(o.Cipher); err != nil {
			return nil, err
		}
	}
	if len(older) == 0 {
		return nil, &unsupportedError{what: fmt.Sprintf("to have no suites but %s", o.Cipher)}
	}
	return append(suites, older...), nil
}

// parseSuites reads the names and classes of -cipher: one after the other they join what is there, or leave it if they begin with "!".
// A list that names a suite the engine does not have cannot be served, and neither can suites of equal preference.
func parseSuites(list string) ([]messages.CipherSuite, error) {
	var suites []messages.CipherSuite
	for _, word := range strings.Split(list, ":") {
		word, unwanted := strings.CutPrefix(word, "!")
		named, err := suitesNamed(word)
		if err != nil {
			return nil, err
		}
		suites = slices.DeleteFunc(suites, func(s messages.CipherSuite) bool { return slices.Contains(named, s) })
		if !unwanted {
			suites = append(suites, named...)
		}
	}
	return suites, nil
}

func suitesNamed(word string) ([]messages.CipherSuite, error) {
	var named []messages.CipherSuite
	parts, isClass := suiteWords[word]
	for _, suite := range usualSuites12 {
		name := suite.String()
		if name == word || isClass && slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) }) {
			named = append(named, suite)
		}
	}
	if len(named) == 0 && !isClass {
		return nil, &unsupportedError{what: "the suites " + word}
	}
	return named, nil
}

// byTheirOrder puts the suites of TLS 1.2 into the order of the client's list, those that it does not have last. Those of TLS 1.3 stay
// in front as they are.
func byTheirOrder(ours, theirs []messages.CipherSuite) []messages.CipherSuite {
	newer := func(suite messages.CipherSuite) bool {
		_, is12 := secrets.LookupSuite12(suite)
		return !is12
	}
	older := slices.DeleteFunc(slices.Clone(ours), newer)
	slices.SortStableFunc(older, func(a, b messages.CipherSuite) int { return place(theirs, a) - place(theirs, b) })
	kept := slices.DeleteFunc(slices.Clone(ours), func(suite messages.CipherSuite) bool { return !newer(suite) })
	return append(kept, older...)
}
