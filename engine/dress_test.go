package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// typesOf are the extensions of a hello, in their order.
func typesOf(m *messages.ClientHello) []messages.ExtensionType {
	var types []messages.ExtensionType
	for _, e := range m.Extensions.List {
		types = append(types, e.Type)
	}
	return types
}

func TestExtensionsComeInAnOrderDrawn(t *testing.T) {
	for name, set := range map[string]func(*testkit.Pair){
		"TLS 1.3": resuming, "both versions": inLegacy, "TLS 1.2": onlyLegacy,
		"GREASE": allOf(resuming, greasing), "a retry": allOf(resuming, retrying),
	} {
		plain := small("plain")
		set(plain)
		want := typesOf(hellosOf(t, plain)[0])
		orders := map[string]bool{}
		firsts := map[messages.ExtensionType]bool{}
		for i := range 100 {
			pair := small(fmt.Sprint("shuffled ", i))
			set(pair)
			pair.Client.ShuffleExtensions = true
			hellos := hellosOf(t, pair)
			got := typesOf(hellos[0])
			orders[fmt.Sprint(got)], firsts[got[1]] = true, true
			if slices.Contains(want, messages.ExtensionPreSharedKey) && got[len(got)-1] != messages.ExtensionPreSharedKey {
				t.Fatalf("%s: pre_shared_key is not last in %v", name, got)
			}
			if name == "GREASE" && !(messages.IsGREASE(uint16(got[0])) && messages.IsGREASE(uint16(got[len(got)-2]))) {
				t.Fatalf("%s: what means nothing is not at both ends of %v", name, got)
			}
			if again := typesOf(hellos[len(hellos)-1]); !slices.Equal(again, got) {
				t.Fatalf("%s: the second hello has %v, the first %v", name, again, got)
			}
			if name != "GREASE" && !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
				t.Fatalf("%s: %v are not %v", name, got, want)
			}
		}
		if len(orders) < 80 || len(firsts) < len(want)-4 {
			t.Errorf("%s: %d orders, %d extensions in the second place", name, len(orders), len(firsts))
		}
	}
}

// sized is a pair whose client sends a hello of so many bytes without padding, by
// the lengths of its protocols' names, unless the least is more than that.
func sized(t *testing.T, size int, set func(*testkit.Pair)) (pair *testkit.Pair, possible bool) {
	t.Helper()
	made := func() *testkit.Pair {
		pair := small("sized")
		set(pair)
		pair.Client.ALPN = []string{"x"}
		return pair
	}
	pair = made()
	missing := size - len(forge.Encode(hellosOf(t, pair)[0]))
	pair = made()
	const most = 250
	for ; missing >= most; missing -= most {
		pair.Client.ALPN = append(pair.Client.ALPN, strings.Repeat("y", most-1))
	}
	if missing > 0 {
		pair.Client.ALPN[0] += strings.Repeat("x", missing)
	}
	return pair, missing >= 0
}

func TestAHelloThatHangsServersIsPadded(t *testing.T) {
	for name, set := range map[string]func(*testkit.Pair){
		"TLS 1.3": func(*testkit.Pair) {}, "both versions": inLegacy, "TLS 1.2": onlyLegacy, "a ticket": resuming,
		"a retry": retrying, "a retry with a ticket": allOf(retrying, resuming),
		"GREASE": allOf(greasing, func(p *testkit.Pair) { p.Client.ShuffleExtensions = true }),
	} {
		seen := 0
		for size, want := range map[int]int{255: 255, 256: 512, 300: 512, 507: 512, 508: 513, 511: 516, 512: 512, 600: 600} {
			pair, possible := sized(t, size, set)
			if !possible {
				continue
			}
			seen++
			pair.Client.PadHello = true
			for i, hello := range hellosOf(t, pair) {
				got := len(forge.Encode(hello))
				if i == 0 && got != want || got >= 256 && got < 512 {
					t.Errorf("%s: hello %d, of %d bytes at first, has %d, want %d", name, i, size, got, want)
				}
				if i == 0 && hello.Extensions.Has(messages.ExtensionPadding) != (got != size) {
					t.Errorf("%s: a hello of %d bytes has padding: %t", name, size, got == size)
				}
			}
		}
		if seen < 4 {
			t.Errorf("%s: %d sizes are possible", name, seen)
		}
	}
}
