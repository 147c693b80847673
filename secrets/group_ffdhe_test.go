package secrets

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

var finiteFields = []messages.Group{
	messages.FFDHE2048, messages.FFDHE3072, messages.FFDHE4096, messages.FFDHE6144, messages.FFDHE8192,
}

// printedPrime reads a prime as RFC 7919, Appendix A prints it.
func printedPrime(t *testing.T, id messages.Group) *big.Int {
	t.Helper()
	file, err := os.ReadFile("testdata/rfc7919.txt")
	wantError(t, "the file of primes", err, nil)
	for line := range strings.Lines(string(file)) {
		if name, digits, _ := strings.Cut(strings.TrimSpace(line), " "); name == id.String() {
			p, ok := new(big.Int).SetString(digits, 16)
			if !ok {
				t.Fatalf("%v: bad digits", id)
			}
			return p
		}
	}
	t.Fatalf("no prime for %v", id)
	return nil
}

func TestThePrimesAreThoseOfRFC7919AndComeFromE(t *testing.T) {
	// The series of the reciprocals of the factorials, with digits to spare.
	const precision = 8300
	e, term := new(big.Int), new(big.Int).Lsh(big.NewInt(1), precision)
	for i := int64(1); term.Sign() > 0; i++ {
		e.Add(e, term)
		term.Div(term, big.NewInt(i))
	}
	for id, x := range map[messages.Group]int64{
		messages.FFDHE2048: 560316, messages.FFDHE3072: 2625351, messages.FFDHE4096: 5736041,
		messages.FFDHE6144: 15705020, messages.FFDHE8192: 10965728,
	} {
		printed := printedPrime(t, id)
		wantBytes(t, id.String()+": as printed", ffdheGroup(id).prime(), printed.Bytes())

		bits := uint(printed.BitLen())
		p := new(big.Int).Rsh(e, precision-(bits-130))
		p.Add(p, big.NewInt(x)).Lsh(p, 64).Sub(p, big.NewInt(1))
		p.Add(p, new(big.Int).Lsh(big.NewInt(1), bits)).Sub(p, new(big.Int).Lsh(big.NewInt(1), bits-64))
		wantBytes(t, id.String()+": by the formula", ffdheGroup(id).prime(), p.Bytes())
	}
}

func TestThePrimesAreSafeAndTheGeneratorIsASquare(t *testing.T) {
	for _, id := range finiteFields {
		p := new(big.Int).SetBytes(ffdheGroup(id).prime())
		if big.Jacobi(big.NewInt(ffdheGenerator), p) != 1 {
			t.Errorf("%v: the generator is no square", id)
		}
		if p.BitLen() > 3072 {
			continue // too slow for every run, and checked by their authors
		}
		if q := new(big.Int).Rsh(p, 1); !p.ProbablyPrime(4) || !q.ProbablyPrime(4) {
			t.Errorf("%v: no safe prime", id)
		}
	}
}

// Each row holds the SHA-256 digests of the client's share, the server's share and
// the secret, as OpenSSL 3.0.19 computes them for the same exponents.
func TestFiniteFieldsAgreeAsOpenSSLDoes(t *testing.T) {
	for _, row := range []struct {
		id                     messages.Group
		client, server, secret string
	}{
		{messages.FFDHE2048, "4256e1d7a5cdcf187ac7aac755875abe0a243e40a225c3e5cbde7cbd24b597b0",
			"f77cb1e6740352b006a6d72b21968df1143e853824477aa530a9b36962bbe11a",
			"bc98fb49f5b1edf9cae501667ba179726b5003303b19a0e5c70e056afc723c3d"},
		{messages.FFDHE3072, "029ff191f37caba737e3863a2747508688582b82412b72b2269d9e8b9152065e",
			"abcd9996f1c00478c6a28898a797e43838a6f2e906937d86e9a243a36ce332d4",
			"5ee3a33950997b3718eadcd73ef8a29775d8adf1b3c3381141a53da661a7c6e2"},
		{messages.FFDHE4096, "65de94d1c4bcebf37888232e1e1af16ed5c112429c1c2d348a7f5b50588554d2",
			"e7219bc76003ce28ed73e79354c37767ff9a163c184804d6b63e322bd58cb97e",
			"ccf36cc6209269b9ebb1eeccb5adcd1ce2752f6f40187a10f28b0f83a79d802d"},
		{messages.FFDHE6144, "3d074b0e6d8c9ac8aca6cdd32c979ea7cc524c57ac1a53883cea971b7b38fa73",
			"5052ba8b175077418df496cf90e44af3afa5b2f80a334079e2a8ebb22783705f",
			"9fe0fb7cf763869ebbf486dabbd992712d1e4d3b35d6bf091c3a7e52a68741e5"},
		{messages.FFDHE8192, "70f4c3ff327e18ff6a3dfd51d72f62644d9ec5d2de6dc0791791f5d03eb425fb",
			"6ffbd817fb02ce4f16b3e49e8ce6168038f3dcf84ec582096ee5e947f3242114",
			"10670dc29388cd9f5f5bc6cb252fcaa110e6b0f0fc2473cae791d522e443f51d"},
	} {
		g := groupOf(t, row.id)
		private, client, err := g.Generate(&counter{1})
		wantError(t, row.id.String(), err, nil)
		server, secret, err := g.Respond(&counter{2}, client)
		wantError(t, row.id.String(), err, nil)
		agreed, err := private.Agree(server)
		wantError(t, row.id.String(), err, nil)
		wantBytes(t, row.id.String()+": both secrets", agreed, secret)
		for name, got := range map[string]struct {
			bytes  []byte
			digest string
		}{"client's share": {client, row.client}, "server's share": {server, row.server}, "secret": {secret, row.secret}} {
			if digest := fmt.Sprintf("%x", sha256.Sum256(got.bytes)); digest != got.digest {
				t.Errorf("%v: the %s has the digest %s, want %s", row.id, name, digest, got.digest)
			}
		}
	}
}

func TestPrivateExponentsAreAsLongAsTheAppendixAsks(t *testing.T) {
	for id, want := range map[messages.Group]int{
		messages.FFDHE2048: 225, messages.FFDHE3072: 275, messages.FFDHE4096: 325, messages.FFDHE6144: 375, messages.FFDHE8192: 400,
	} {
		exponent, err := ffdheGroup(id).newExponent(constant(0))
		wantError(t, id.String(), err, nil)
		if bits := new(big.Int).SetBytes(exponent).BitLen(); bits < want || bits >= want+8 {
			t.Errorf("%v: an exponent of %d bits", id, bits)
		}
	}
}

// covers 8446/4.2.8.1/1
// covers 7919/5.1/1
func TestSharesOfFiniteFieldsAreFrom2ToPMinus2(t *testing.T) {
	for _, id := range finiteFields {
		g := groupOf(t, id)
		private, _, err := g.Generate(&counter{1})
		wantError(t, id.String(), err, nil)
		p, size := printedPrime(t, id), g.ClientShareLen()
		away := func(n int64) []byte { return new(big.Int).Add(p, big.NewInt(n)).FillBytes(make([]byte, size)) }
		small := func(n int64) []byte { return big.NewInt(n).FillBytes(make([]byte, size)) }
		for name, row := range map[string]struct {
			share []byte
			want  error
		}{
			"0":                  {small(0), ErrBadShare},
			"1":                  {small(1), ErrBadShare},
			"2":                  {small(2), nil},
			"p-2":                {away(-2), nil},
			"p-1":                {away(-1), ErrBadShare},
			"p":                  {away(0), ErrBadShare},
			"p+1":                {away(1), ErrBadShare},
			"all ones":           {bytes.Repeat([]byte{0xff}, size), ErrBadShare},
			"2 without zeros":    {[]byte{2}, ErrBadShare},
			"a zero missing":     {small(2)[1:], ErrBadShare},
			"a zero more":        {append([]byte{0}, small(2)...), ErrBadShare},
			"p-2 and a byte":     {append(away(-2), 2), ErrBadShare},
			"twice the length":   {append(away(-2), away(-2)...), ErrBadShare},
			"p-2 without a byte": {away(-2)[1:], ErrBadShare},
		} {
			_, err := private.Agree(row.share)
			wantError(t, id.String()+" client: "+name, err, row.want)
			_, _, err = g.Respond(&counter{2}, row.share)
			wantError(t, id.String()+" server: "+name, err, row.want)
			if row.want != nil {
				_, _, err = g.Respond(nil, row.share)
				wantError(t, id.String()+" server, without entropy: "+name, err, row.want)
			}
		}
	}
}

// RFC 8446, Section 4.2.8.1. and 7.4.1.
func TestLeadingZerosOfAFiniteFieldAreKept(t *testing.T) {
	g := groupOf(t, messages.FFDHE2048)
	p := printedPrime(t, messages.FFDHE2048)
	private, client, err := g.Generate(&counter{1})
	wantError(t, "generate", err, nil)
	inShare, inSecret := false, false
	for seed := uint64(0); !inShare || !inSecret; seed++ {
		if seed == 5000 {
			t.Fatal("no leading zero turned up")
		}
		server, secret, err := g.Respond(&counter{seed}, client)
		wantError(t, "respond", err, nil)
		if len(server) != 256 || len(secret) != 256 {
			t.Fatalf("a share of %d bytes and a secret of %d", len(server), len(secret))
		}
		if server[0] != 0 && secret[0] != 0 {
			continue
		}
		inShare, inSecret = inShare || server[0] == 0, inSecret || secret[0] == 0
		got, err := private.Agree(server)
		wantError(t, "agree", err, nil)
		wantBytes(t, "the same secret", got, secret)
		exponent := new(big.Int).SetBytes(private.(*ffdheShare).exponent)
		want := exponent.Exp(new(big.Int).SetBytes(server), exponent, p)
		wantBytes(t, "the secret of package big", got, want.FillBytes(make([]byte, 256)))
	}
}

func TestAWipedShareOfAFiniteFieldAgreesNoMore(t *testing.T) {
	g := groupOf(t, messages.FFDHE2048)
	private, client, err := g.Generate(&counter{1})
	wantError(t, "generate", err, nil)
	server, _, err := g.Respond(&counter{2}, client)
	wantError(t, "respond", err, nil)
	exponent := private.(*ffdheShare).exponent
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, private); got != "private share(29 bytes)" {
			t.Errorf("a private share under %s prints %q", verb, got)
		}
	}
	private.Wipe()
	private.Wipe()
	wantBytes(t, "the exponent", exponent, make([]byte, len(exponent)))
	_, err = private.Agree(server)
	wantError(t, "agreeing after a wipe", err, ErrWiped)
}
