package secrets

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/cloudflare/circl/dh/x448"

	"github.com/tacitls/tacitls/messages"
)

func TestThePublishedX448Agreement(t *testing.T) {
	// RFC 7748, Section 6.2.
	g := groupOf(t, messages.X448)
	alice := unhex(t, "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d"+
		"d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b")
	bob := unhex(t, "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d"+
		"6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d")
	want := unhex(t, "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"+
		"b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d")
	private, share, err := g.Generate(bytes.NewReader(alice))
	wantError(t, "generate", err, nil)
	wantBytes(t, "Alice's share", share, unhex(t, "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c"+
		"22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0"))
	answer, secret, err := g.Respond(bytes.NewReader(bob), share)
	wantError(t, "respond", err, nil)
	wantBytes(t, "Bob's share", answer, unhex(t, "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430"+
		"27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609"))
	wantBytes(t, "Bob's secret", secret, want)
	secret, err = private.Agree(answer)
	wantError(t, "agree", err, nil)
	wantBytes(t, "Alice's secret", secret, want)
}

func TestThePublishedMultiplicationsOfX448(t *testing.T) {
	// RFC 7748, Section 5.2.
	multiply := func(scalar, point []byte) []byte {
		private := &x448Share{key: x448.Key(scalar), held: true}
		secret, err := private.Agree(point)
		wantError(t, "agree", err, nil)
		return secret
	}
	wantBytes(t, "the first", multiply(
		unhex(t, "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba368f54b29259a4f1c600ad3"),
		unhex(t, "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429db94ada18aa7a7fb4ef8a086")),
		unhex(t, "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d98223961111e21766282f73dd96b6f"))
	wantBytes(t, "the second", multiply(
		unhex(t, "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46d3315c44e0a5b4371282dd2c8d5be3095f"),
		unhex(t, "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570bee52fe205e28a78b91cdfbde71ce8d157db")),
		unhex(t, "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c575c1c954514e99da7c179d"))
	k, u := append([]byte{5}, make([]byte, 55)...), append([]byte{5}, make([]byte, 55)...)
	for range 1000 {
		k, u = multiply(k, u), k
	}
	wantBytes(t, "after 1000 rounds", k,
		unhex(t, "aa3b4749d55b9daf1e5b00288826c467274ce3ebbdd5c17b975e09d4af6c67cf10d087202db88286e2b79fceea3ec353ef54faa26e219f38"))
}

// Numbers below 2^448 that are the prime or above stand for what is left of them.
//
// covers 8422/5.11/3
func TestSharesOfSmallOrderAreRefusedByX448(t *testing.T) {
	g := groupOf(t, messages.X448)
	private, _, err := g.Generate(&counter{1})
	wantError(t, "generate", err, nil)
	ones := func(first, middle byte) []byte {
		b := bytes.Repeat([]byte{0xff}, 56)
		b[0], b[28] = first, middle
		return b
	}
	for name, share := range map[string][]byte{
		"0":   make([]byte, 56),
		"1":   append([]byte{1}, make([]byte, 55)...),
		"p-1": ones(0xfe, 0xfe),
		"p":   ones(0xff, 0xfe),
		"p+1": append(make([]byte, 28), bytes.Repeat([]byte{0xff}, 28)...),
	} {
		_, _, err := g.Respond(&counter{2}, share)
		wantError(t, "server: "+name, err, ErrZeroSecret)
		_, err = private.Agree(share)
		wantError(t, "client: "+name, err, ErrZeroSecret)
	}
	secret, err := private.Agree(ones(0xff, 0xff))
	wantError(t, "the largest number", err, nil)
	if len(secret) != 56 {
		t.Errorf("a secret of %d bytes", len(secret))
	}
	_, _, err = g.Respond(nil, make([]byte, 55))
	wantError(t, "a bad length costs no entropy", err, ErrBadShare)
}

func TestAWipedShareOfX448AgreesNoMore(t *testing.T) {
	g := groupOf(t, messages.X448)
	private, client, err := g.Generate(&counter{1})
	wantError(t, "generate", err, nil)
	server, _, err := g.Respond(&counter{2}, client)
	wantError(t, "respond", err, nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, private); got != "private share(56 bytes)" {
			t.Errorf("a private share under %s prints %q", verb, got)
		}
	}
	private.Wipe()
	if private.(*x448Share).key != (x448.Key{}) {
		t.Error("the key is left")
	}
	_, err = private.Agree(server)
	wantError(t, "agreeing after a wipe", err, ErrWiped)
}
