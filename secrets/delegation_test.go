package secrets

import (
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

func TestADelegationSaysWhoseItIsAndOfWhichCertificate(t *testing.T) {
	server := DelegationInput13([]byte("kept"), ServerContext, []byte("certificate"), []byte("signed"))
	want := "kept" + strings.Repeat(" ", 64) + "TLS, server delegated credentials\x00certificatesigned"
	wantBytes(t, "of a server", server, []byte(want))
	client := DelegationInput13(nil, ClientContext, []byte("certificate"), []byte("signed"))
	wantBytes(t, "of a client", client, []byte(strings.Replace(want[len("kept"):], "server", "client", 1)))

	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	err := VerifySignature(Rules13, key.Public(), messages.Ed25519, client, ed25519.Sign(key, server[len("kept"):]))
	wantError(t, "a server's delegation as a client's", err, ErrBadSignature)
}

func TestWhatSignsInTLS13MayBeDelegatedButForKeysOfRSAEncryption(t *testing.T) {
	var may []messages.SignatureScheme
	for scheme := range 1 << 16 {
		if s := messages.SignatureScheme(scheme); SignsDelegated(s) {
			may = append(may, s)
		}
	}
	want := "[ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512 ed25519 ed448 " +
		"rsa_pss_pss_sha256 rsa_pss_pss_sha384 rsa_pss_pss_sha512 mldsa44 mldsa65 mldsa87]"
	if got := fmt.Sprint(may); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
