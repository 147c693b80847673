package main

import (
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

func TestCipherNamesSuitesAndClassesOfThem(t *testing.T) {
	for list, names := range map[string][]messages.CipherSuite{
		"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA:TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": {
			messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		},
		"DEFAULT:!AES": {
			messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		"ALL":      usualSuites12,
		"ALL:3DES": usualSuites12,
	} {
		ranks, err := parseSuites(list)
		got := slices.Concat(ranks...)
		if err != nil || !slices.Equal(got, names) {
			t.Errorf("%s: got %v and %v, want %v", list, got, err, names)
		}
	}
}

func TestACipherThatTheEngineDoesNotHaveCannotBeTried(t *testing.T) {
	for _, list := range []string{
		"3DES", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "ALL:TLS_RSA_WITH_3DES_EDE_CBC_SHA", "[TLS_RSA_WITH_AES_128_CBC_SHA|TLS_RSA_WITH_3DES_EDE_CBC_SHA]",
	} {
		o := newOptions()
		o.Cipher = list
		if _, err := suitesOf(o); !isUnsupported(err) {
			t.Errorf("%s: got %v, want that it cannot be tried", list, err)
		}
	}
}

func isUnsupported(err error) bool {
	_, unsupported := errors.AsType[*unsupportedError](err)
	return unsupported
}

func TestSuitesAreThoseOfTheVersionsLeft(t *testing.T) {
	o := newOptions()
	o.NoTLS12, o.Cipher = true, "3DES"
	if got, err := suitesOf(o); err != nil || !slices.Equal(got, usual.suites13) {
		t.Errorf("TLS 1.3 alone: got %v and %v", got, err)
	}
	o = newOptions()
	o.NoTLS13 = true
	if got, err := suitesOf(o); err != nil || !slices.Equal(got, usual.suites12) {
		t.Errorf("TLS 1.2 alone: got %v and %v", got, err)
	}
}

func TestTheClientsOrderCountsAmongTheSuitesOfTLS12(t *testing.T) {
	const a, b, c = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
	const newer, newest = messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384
	got := byTheirOrder([]messages.CipherSuite{newer, newest, a, b, c}, []messages.CipherSuite{newest, newer, c, a})
	if want := []messages.CipherSuite{newer, newest, c, a, b}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheClientsOrderCountsAmongSuitesOfEqualPreference(t *testing.T) {
	const a, b, c = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		messages.TLS_RSA_WITH_AES_128_GCM_SHA256
	const list = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:[TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384|TLS_RSA_WITH_AES_128_GCM_SHA256]"
	for _, row := range []struct{ theirs, want []messages.CipherSuite }{
		{[]messages.CipherSuite{b, c, a}, []messages.CipherSuite{a, b, c}},
		{[]messages.CipherSuite{c, b, a}, []messages.CipherSuite{a, c, b}},
	} {
		if got := tiesByTheirOrder(list, row.theirs); !slices.Equal(got, row.want) {
			t.Errorf("with %v: got %v, want %v", row.theirs, got, row.want)
		}
	}
}

func TestAPresharedKeyAddsItsSuites(t *testing.T) {
	p, err := parse([]string{"-psk", "12345", "-max-version", "771"})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(usualSuites12, pskSuites12)
	if got, err := suitesOf(p.initial); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and %v", got, err)
	}
}
