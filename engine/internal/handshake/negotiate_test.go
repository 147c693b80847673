package handshake_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

const (
	aes128 = messages.TLS_AES_128_GCM_SHA256
	aes256 = messages.TLS_AES_256_GCM_SHA384
	chacha = messages.TLS_CHACHA20_POLY1305_SHA256
	grease = messages.CipherSuite(0x7a7a)
)

func TestTheServersOrderDecidesButForAFondnessOfChaCha(t *testing.T) {
	type suites = []messages.CipherSuite
	for _, c := range []struct {
		ours, theirs suites
		want         messages.CipherSuite
	}{
		{suites{aes128, aes256}, suites{aes256, aes128}, aes128},
		{suites{aes256, aes128, chacha}, suites{chacha, aes128}, chacha},
		{suites{aes128, chacha}, suites{grease, chacha, aes128}, chacha},
		{suites{aes128, chacha}, suites{aes256, chacha, aes128}, chacha},
		{suites{aes128, chacha}, suites{aes128, chacha}, aes128},
		{suites{aes128}, suites{chacha, aes128}, aes128},
		{suites{aes128}, suites{aes256}, 0},
		{suites{aes128}, nil, 0},
	} {
		got, ok := handshake.ChooseSuite(c.ours, c.theirs)
		if got != c.want || ok != (c.want != 0) {
			t.Errorf("ours %v, theirs %v: %v, want %v", c.ours, c.theirs, got, c.want)
		}
	}
}

func TestWhatIsCommonIsInOurOrder(t *testing.T) {
	ours, theirs := []int{1, 2, 3, 4}, []int{9, 4, 2}
	if got := handshake.Common(ours, theirs); !slices.Equal(got, []int{2, 4}) {
		t.Errorf("common: %v", got)
	}
	if got, ok := handshake.First(ours, theirs); got != 2 || !ok {
		t.Errorf("first: %d", got)
	}
	if got, ok := handshake.First(ours, []int{9}); got != 0 || ok {
		t.Errorf("first of nothing: %d", got)
	}
}

// covers 8446/4.4.3/7
// covers 8446/4.4.3/8
func TestNeitherPKCS1NorSHA1SignsHandshakes(t *testing.T) {
	for _, scheme := range []messages.SignatureScheme{
		messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512, 0x0201, 0x0203, 0x0101, 0x7a7a, 0,
	} {
		if handshake.SignsHandshakes(scheme) {
			t.Errorf("%v signs handshakes", scheme)
		}
	}
	all := []messages.SignatureScheme{messages.RSAPKCS1SHA256, messages.Ed25519, 0x0203, messages.RSAPSSRSAESHA256, messages.Ed448}
	if got := handshake.Signing(all); !slices.Equal(got, []messages.SignatureScheme{messages.Ed25519, messages.RSAPSSRSAESHA256, messages.Ed448}) {
		t.Errorf("of %v sign %v", all, got)
	}
}

func TestSchemesForChainsAloneAreOfferedToo(t *testing.T) {
	type schemes = []messages.SignatureScheme
	for _, c := range []struct {
		handshake, chain, offered schemes
		separate                  bool
	}{
		{schemes{messages.Ed25519}, schemes{messages.Ed25519}, schemes{messages.Ed25519}, false},
		{schemes{messages.Ed25519}, schemes{messages.Ed25519, messages.RSAPKCS1SHA256}, schemes{messages.Ed25519, messages.RSAPKCS1SHA256}, false},
		{schemes{messages.Ed25519}, schemes{messages.RSAPSSPSSSHA256}, schemes{messages.Ed25519}, true},
	} {
		got := handshake.OfferSchemes(c.handshake, c.chain)
		policy := &handshake.Policy{Offered: got, SchemesCert: c.chain}
		if !slices.Equal(got, c.offered) || policy.SeparateSchemesCert() != c.separate {
			t.Errorf("%v and %v: %v, separate %t", c.handshake, c.chain, got, policy.SeparateSchemesCert())
		}
	}
}
