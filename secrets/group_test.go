package secrets

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"errors"
	"math/big"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// counter is an endless source of fixed bytes.
type counter struct{ n uint64 }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		c.n = c.n*6364136223846793005 + 1442695040888963407
		b[i] = byte(c.n >> 56)
	}
	return len(b), nil
}

// constant is an endless source of one byte.
type constant byte

func (c constant) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(c)
	}
	return len(b), nil
}

func groupOf(t *testing.T, id messages.Group) Group {
	t.Helper()
	g, ok := LookupGroup(id)
	if !ok || g.ID() != id {
		t.Fatalf("no group %v", id)
	}
	return g
}

// covers 8446/9.1/3
// covers 8446/4.2.8/2
func TestBothSidesOfEveryGroupAgreeAndEqualEntropyGivesEqualShares(t *testing.T) {
	for _, id := range Groups() {
		g := groupOf(t, id)
		private, client, err := g.Generate(&counter{1})
		wantError(t, id.String(), err, nil)
		_, again, err := g.Generate(&counter{1})
		wantError(t, id.String(), err, nil)
		wantBytes(t, id.String()+": the same entropy", again, client)
		_, other, err := g.Generate(&counter{2})
		wantError(t, id.String(), err, nil)
		if bytes.Equal(other, client) {
			t.Errorf("%v: other entropy gives the same share", id)
		}
		server, secret, err := g.Respond(&counter{3}, client)
		wantError(t, id.String(), err, nil)
		server2, secret2, err := g.Respond(&counter{3}, client)
		wantError(t, id.String(), err, nil)
		wantBytes(t, id.String()+": the same entropy", append(server2, secret2...), append(bytes.Clone(server), secret...))
		if len(client) != g.ClientShareLen() || len(server) != g.ServerShareLen() {
			t.Errorf("%v: shares of %d and %d bytes", id, len(client), len(server))
		}
		for range 2 {
			got, err := private.Agree(server)
			wantError(t, id.String(), err, nil)
			wantBytes(t, id.String()+": the shared secret, and again by a fork", got, secret)
		}
	}
	if _, ok := LookupGroup(messages.BrainpoolP256r1); ok {
		t.Error("a group this package does not have was found")
	}
}

func TestSharesOfTheWrongLengthAreRefusedByEveryGroup(t *testing.T) {
	for _, id := range Groups() {
		g := groupOf(t, id)
		private, client, err := g.Generate(&counter{1})
		wantError(t, id.String(), err, nil)
		server, _, err := g.Respond(&counter{2}, client)
		wantError(t, id.String(), err, nil)
		for _, share := range [][]byte{nil, {}, {0}, {4}, client[:len(client)-1], append(bytes.Clone(client), 0)} {
			_, _, err := g.Respond(&counter{2}, share)
			wantError(t, id.String()+": client's share", err, ErrBadShare)
		}
		for _, share := range [][]byte{nil, {}, {0}, {4}, server[:len(server)-1], append(bytes.Clone(server), 0)} {
			_, err := private.Agree(share)
			wantError(t, id.String()+": server's share", err, ErrBadShare)
		}
	}
}

// covers 8446/7.4.2/2
// covers 8422/5.10/2
func TestSharesOfSmallOrderAreRefused(t *testing.T) {
	hybrid := groupOf(t, messages.X25519MLKEM768)
	hybridPrivate, hybridShare, err := hybrid.Generate(&counter{1})
	wantError(t, "hybrid", err, nil)
	hybridServer, _, err := hybrid.Respond(&counter{2}, hybridShare)
	wantError(t, "hybrid", err, nil)
	plain := groupOf(t, messages.X25519)
	private, _, err := plain.Generate(&counter{1})
	wantError(t, "plain", err, nil)
	for _, point := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000080",
	} {
		share := unhex(t, point)
		_, _, err := plain.Respond(&counter{1}, share)
		wantError(t, "server: "+point, err, ErrZeroSecret)
		_, err = private.Agree(share)
		wantError(t, "client: "+point, err, ErrZeroSecret)
		_, _, err = hybrid.Respond(&counter{1}, append(bytes.Clone(hybridShare[:1184]), share...))
		wantError(t, "hybrid server: "+point, err, ErrZeroSecret)
		_, err = hybridPrivate.Agree(append(bytes.Clone(hybridServer[:1088]), share...))
		wantError(t, "hybrid client: "+point, err, ErrZeroSecret)
	}
}

// covers 8446/4.2.8.2/1
func TestPointsOffTheCurveAndOtherFormsOfPointsAreRefused(t *testing.T) {
	for _, id := range []messages.Group{messages.Secp256r1, messages.Secp384r1, messages.Secp521r1} {
		g := groupOf(t, id)
		private, share, err := g.Generate(&counter{1})
		wantError(t, id.String(), err, nil)
		half := len(share) / 2
		changed := func(at int, b byte) []byte {
			c := bytes.Clone(share)
			c[at] = b
			return c
		}
		outOfRange := bytes.Repeat([]byte{0xff}, len(share))
		outOfRange[0] = 4
		for name, bad := range map[string][]byte{
			"off the curve":             changed(len(share)-1, share[len(share)-1]^1),
			"compressed":                append([]byte{2 + share[len(share)-1]&1}, share[1:1+half]...),
			"compressed, of our length": changed(0, 2),
			"hybrid form":               changed(0, 6+share[len(share)-1]&1),
			"infinity":                  make([]byte, len(share)),
			"the origin":                append([]byte{4}, make([]byte, len(share)-1)...),
			"coordinates out of range":  outOfRange,
		} {
			_, _, err := g.Respond(&counter{2}, bad)
			wantError(t, id.String()+" server: "+name, err, ErrBadShare)
			_, err = private.Agree(bad)
			wantError(t, id.String()+" client: "+name, err, ErrBadShare)
		}
	}
}

// covers 8446/7.4.2/1
// covers 8422/5.10/1
func TestLeadingZerosOfASharedSecretAreKept(t *testing.T) {
	g := groupOf(t, messages.Secp256r1)
	private, share, err := g.Generate(&counter{1})
	wantError(t, "generate", err, nil)
	for seed := range uint64(5000) {
		server, secret, err := g.Respond(&counter{seed}, share)
		wantError(t, "respond", err, nil)
		if len(secret) != 32 {
			t.Fatalf("a secret of %d bytes", len(secret))
		}
		if secret[0] == 0 {
			got, err := private.Agree(server)
			wantError(t, "agree", err, nil)
			wantBytes(t, "a secret with a leading zero", got, secret)
			return
		}
	}
	t.Error("no secret with a leading zero turned up")
}

func TestSourcesOfEntropyThatFailAreNamedAndBounded(t *testing.T) {
	peers := make(map[messages.Group][]byte)
	for _, id := range Groups() {
		g := groupOf(t, id)
		_, share, err := g.Generate(&counter{1})
		wantError(t, id.String(), err, nil)
		peers[id] = share
		for n := range 3 {
			_, _, err = g.Generate(bytes.NewReader(make([]byte, 13*n)))
			if !errors.Is(err, ErrEntropy) {
				t.Errorf("%v: a source of %d bytes: %v", id, 13*n, err)
			}
			_, _, err = g.Respond(bytes.NewReader(make([]byte, 13*n)), share)
			if !errors.Is(err, ErrEntropy) {
				t.Errorf("%v: a source of %d bytes: %v", id, 13*n, err)
			}
		}
		_, _, err = g.Generate(nil)
		wantError(t, "no source", err, ErrEntropy)
	}
	for _, id := range []messages.Group{messages.Secp256r1, messages.Secp384r1, messages.Secp521r1} {
		for _, source := range []constant{0, 0xff} {
			_, _, err := groupOf(t, id).Respond(source, peers[id])
			if !errors.Is(err, ErrEntropy) {
				t.Errorf("%v: a source of %d alone: %v", id, source, err)
			}
		}
	}
}

func TestAScalarOutOfRangeIsDrawnAgain(t *testing.T) {
	order, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	one := big.NewInt(1).FillBytes(make([]byte, 32))
	_, share, err := groupOf(t, messages.Secp256r1).Generate(bytes.NewReader(append(order.Bytes(), one...)))
	wantError(t, "second draw", err, nil)
	key, err := ecdh.P256().NewPrivateKey(one)
	wantError(t, "reference", err, nil)
	wantBytes(t, "share of the scalar 1", share, key.PublicKey().Bytes())
}

func TestThePublishedX25519Agreement(t *testing.T) {
	// RFC 7748, Section 6.1.
	g := groupOf(t, messages.X25519)
	alice := unhex(t, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
	bob := unhex(t, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
	want := unhex(t, "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
	private, share, err := g.Generate(bytes.NewReader(alice))
	wantError(t, "generate", err, nil)
	wantBytes(t, "Alice's share", share, unhex(t, "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
	answer, secret, err := g.Respond(bytes.NewReader(bob), share)
	wantError(t, "respond", err, nil)
	wantBytes(t, "Bob's share", answer, unhex(t, "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))
	wantBytes(t, "Bob's secret", secret, want)
	secret, err = private.Agree(answer)
	wantError(t, "agree", err, nil)
	wantBytes(t, "Alice's secret", secret, want)
}

func TestTheHybridIsMLKEMAndX25519SideBySide(t *testing.T) {
	g := groupOf(t, messages.X25519MLKEM768)
	peer, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{9}, 32))
	wantError(t, "peer's key", err, nil)

	// We are the client, the standard library the server.
	private, share, err := g.Generate(&counter{1})
	wantError(t, "generate", err, nil)
	encapsulation, err := mlkem.NewEncapsulationKey768(share[:1184])
	wantError(t, "encapsulation key", err, nil)
	kemSecret, ciphertext := encapsulation.Encapsulate()
	ours, err := ecdh.X25519().NewPublicKey(share[1184:])
	wantError(t, "x25519 share", err, nil)
	ecdhSecret, err := peer.ECDH(ours)
	wantError(t, "x25519 secret", err, nil)
	got, err := private.Agree(append(ciphertext, peer.PublicKey().Bytes()...))
	wantError(t, "agree", err, nil)
	wantBytes(t, "secret of the client", got, append(kemSecret, ecdhSecret...))

	// We are the server, the standard library the client.
	decapsulation, err := mlkem.NewDecapsulationKey768(bytes.Repeat([]byte{5}, 64))
	wantError(t, "decapsulation key", err, nil)
	clientShare := append(decapsulation.EncapsulationKey().Bytes(), peer.PublicKey().Bytes()...)
	share, got, err = g.Respond(&counter{2}, clientShare)
	wantError(t, "respond", err, nil)
	kemSecret, err = decapsulation.Decapsulate(share[:1088])
	wantError(t, "decapsulate", err, nil)
	ours, err = ecdh.X25519().NewPublicKey(share[1088:])
	wantError(t, "x25519 share", err, nil)
	ecdhSecret, err = peer.ECDH(ours)
	wantError(t, "x25519 secret", err, nil)
	wantBytes(t, "secret of the server", got, append(kemSecret, ecdhSecret...))
}

// BenchmarkGroups measures each step of an agreement. Making and answering a
// share is the whole work of a client and of a server.
func BenchmarkGroups(b *testing.B) {
	for _, id := range Groups() {
		g, _ := LookupGroup(id)
		source := &counter{1}
		private, share, _ := g.Generate(source)
		answer, _, err := g.Respond(source, share)
		if err != nil {
			b.Fatal(err)
		}
		for name, step := range map[string]func() error{
			"Generate": func() error { _, _, err := g.Generate(source); return err },
			"Respond":  func() error { _, _, err := g.Respond(source, share); return err },
			"Agree":    func() error { _, err := private.Agree(answer); return err },
		} {
			b.Run(id.String()+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := step(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
