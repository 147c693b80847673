package secrets

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

func TestAGroupIsFoundByItsPrimeAndGeneratorAlone(t *testing.T) {
	zeros := make([]byte, 300)
	for _, id := range finiteFields {
		p, g, ok := FiniteFieldParams(id)
		if !ok || !IsFiniteField(id) {
			t.Fatalf("%v: no parameters", id)
		}
		wantBytes(t, id.String()+": generator", g, []byte{2})
		wantBytes(t, id.String()+": prime", p, printedPrime(t, id).Bytes())
		changed := func(at int) []byte {
			c := bytes.Clone(p)
			c[at] ^= 1
			return c
		}
		for name, row := range map[string]struct {
			p, g []byte
			want bool
		}{
			"as they are":                 {p, g, true},
			"a zero before the prime":     {append([]byte{0}, p...), g, true},
			"zeros before the generator":  {p, append(make([]byte, len(p)-1), 2), true},
			"zeros before both":           {append(zeros, p...), append(zeros, g...), true},
			"no prime":                    {nil, g, false},
			"no generator":                {p, nil, false},
			"a generator of 0":            {p, zeros, false},
			"a generator of 5":            {p, []byte{5}, false},
			"a generator of 512":          {p, []byte{2, 0}, false},
			"another last byte":           {changed(len(p) - 1), g, false},
			"another first byte":          {changed(0), g, false},
			"another byte in the middle":  {changed(len(p) / 2), g, false},
			"a byte missing":              {p[:len(p)-1], g, false},
			"a byte more":                 {append(bytes.Clone(p), 0), g, false},
			"a prime of zeros":            {make([]byte, len(p)), g, false},
			"the generator for the prime": {g, p, false},
		} {
			got, ok := LookupFiniteField(row.p, row.g)
			if ok != row.want || ok && got != id || !ok && got != 0 {
				t.Errorf("%v, %s: got %v, %v", id, name, got, ok)
			}
		}
		clear(p)
		if again, _, _ := FiniteFieldParams(id); again[0] != 0xff {
			t.Errorf("%v: the prime was shared with its caller", id)
		}
	}
	for _, id := range []messages.Group{messages.X25519, messages.X25519MLKEM768, messages.MLKEM768, 0x01fc, 0x0105, 0} {
		if _, _, ok := FiniteFieldParams(id); ok || IsFiniteField(id) {
			t.Errorf("%v is a finite field", id)
		}
		if _, ok := PadPublic(id, []byte{2}); ok {
			t.Errorf("%v pads shares", id)
		}
	}
}

func TestAPublicValueOfAnyLengthBecomesAShare(t *testing.T) {
	for _, id := range finiteFields {
		g := groupOf(t, id)
		size := g.ClientShareLen()
		full := bytes.Repeat([]byte{7}, size)
		for name, row := range map[string]struct {
			public, want []byte
		}{
			"full length":      {full, full},
			"a zero missing":   {full[1:], append([]byte{0}, full[1:]...)},
			"2 in one byte":    {[]byte{2}, append(make([]byte, size-1), 2)},
			"a zero more":      {append([]byte{0}, full...), full},
			"nothing":          {nil, make([]byte, size)},
			"zeros, too many":  {make([]byte, size+5), make([]byte, size)},
			"a byte too many":  {append([]byte{1}, full...), nil},
			"twice the length": {append(bytes.Clone(full), full...), nil},
		} {
			got, ok := PadPublic(id, row.public)
			wantBytes(t, id.String()+": "+name, got, row.want)
			if ok != (row.want != nil) {
				t.Errorf("%v, %s: %v", id, name, ok)
			}
			if len(got) > 0 && len(row.public) > 0 && &got[len(got)-1] == &row.public[len(row.public)-1] {
				t.Errorf("%v, %s: the share is the peer's slice", id, name)
			}
		}
		_, _, err := g.Respond(&counter{1}, make([]byte, size))
		wantError(t, id.String()+": nothing, padded", err, ErrBadShare)
	}
}

// RFC 5246, Section 8.1.2.
func TestAPremasterSecretOfAFiniteFieldHasNoLeadingZeros(t *testing.T) {
	for name, row := range map[string]struct{ secret, want []byte }{
		"none":           {[]byte{1, 0, 2}, []byte{1, 0, 2}},
		"one":            {[]byte{0, 1, 0}, []byte{1, 0}},
		"many":           {append(make([]byte, 250), 1, 2), []byte{1, 2}},
		"nothing else":   {make([]byte, 10), []byte{}},
		"nothing at all": {nil, nil},
	} {
		wantBytes(t, name, TrimPremaster(row.secret), row.want)
	}
	secret := []byte{0, 9}
	clear(TrimPremaster(secret))
	wantBytes(t, "wiping what was trimmed wipes the secret", secret, []byte{0, 0})
}

// A client that strips zeros, as RFC 5246 lets it, and a server that pads arrive
// at one premaster secret.
func TestBothSidesOfTLS12AgreeWhoeverStripsZeros(t *testing.T) {
	id := messages.FFDHE2048
	g := groupOf(t, id)
	server, serverPublic, err := g.Generate(&counter{3})
	wantError(t, "the server's share", err, nil)
	for seed := uint64(0); seed < 5000; seed++ {
		clientPublic, secret, err := g.Respond(&counter{seed}, serverPublic)
		wantError(t, "the client's share", err, nil)
		if clientPublic[0] != 0 {
			continue
		}
		share, ok := PadPublic(id, TrimPremaster(clientPublic))
		if !ok {
			t.Fatal("a short share is refused")
		}
		agreed, err := server.Agree(share)
		wantError(t, "the server's secret", err, nil)
		wantBytes(t, "the premaster secrets", TrimPremaster(agreed), TrimPremaster(secret))
		return
	}
	t.Error("no share with a leading zero turned up")
}
