package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/messages"
)

// usualSuites12 are those of TLS 1.2 unless a flag says otherwise, in the order that the tests take for granted: what forward secrecy there
// is, AES before ChaCha20 and CBC behind both; then RSA key transport.
var usualSuites12 = []messages.CipherSuite{
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
	messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
	messages.TLS_RSA_WITH_AES_128_GCM_SHA256, messages.TLS_RSA_WITH_AES_256_GCM_SHA384,
	messages.TLS_RSA_WITH_AES_128_CBC_SHA, messages.TLS_RSA_WITH_AES_256_CBC_SHA,
}

// pskSuites12 are those that -psk adds, behind all others.
var pskSuites12 = []messages.CipherSuite{
	messages.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
	messages.TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA, messages.TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA,
	messages.TLS_PSK_WITH_AES_128_CBC_SHA, messages.TLS_PSK_WITH_AES_256_CBC_SHA,
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
	if o.given["psk"] {
		older = slices.Concat(older, pskSuites12)
	}
	if o.Cipher != "" {
		ranks, err := parseSuites(o.Cipher)
		if err != nil {
			return nil, err
		}
		older = slices.Concat(ranks...)
	}
	if len(older) == 0 {
		return nil, &unsupportedError{what: fmt.Sprintf("to have no suites but %s", o.Cipher)}
	}
	return append(suites, older...), nil
}

// parseSuites reads the names and classes of -cipher: one after the other they join what is there, or leave it if they begin with "!".
// Suites of one rank are of equal preference; that takes brackets, with bars between the names. A list that names a suite the engine
// does not have cannot be served.
func parseSuites(list string) (ranks [][]messages.CipherSuite, err error) {
	for _, word := range strings.Split(list, ":") {
		word, unwanted := strings.CutPrefix(word, "!")
		inner, isRank := strings.CutPrefix(word, "[")
		var named []messages.CipherSuite
		for _, name := range strings.Split(strings.TrimSuffix(inner, "]"), "|") {
			some, err := suitesNamed(name)
			if err != nil {
				return nil, err
			}
			named = append(named, some...)
		}
		for i := range ranks {
			ranks[i] = slices.DeleteFunc(ranks[i], func(s messages.CipherSuite) bool { return slices.Contains(named, s) })
		}
		switch {
		case unwanted:
		case isRank:
			ranks = append(ranks, named)
		default:
			for _, suite := range named {
				ranks = append(ranks, []messages.CipherSuite{suite})
			}
		}
	}
	return ranks, nil
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
