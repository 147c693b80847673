package main

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

func TestSharesAreOneOfEitherKindUnlessTold(t *testing.T) {
	const curve, other, joined, alone = uint16(messages.X25519), uint16(messages.Secp256r1),
		uint16(messages.X25519MLKEM768), uint16(messages.MLKEM1024)
	for name, row := range map[string]struct {
		curves, hint []uint16
		told         *[]uint16
		want         []uint16
	}{
		"the curve comes third":      {curves: []uint16{alone, joined, curve}, want: []uint16{alone, curve}},
		"ML-KEM comes third":         {curves: []uint16{curve, other, alone}, want: []uint16{curve, alone}},
		"one kind is all there is":   {curves: []uint16{joined, alone}, want: []uint16{joined}},
		"the client is told":         {curves: []uint16{joined, curve}, told: &[]uint16{curve}, want: []uint16{curve}},
		"the client is told of none": {curves: []uint16{joined, curve}, told: &[]uint16{}},
		"a hint goes before that":    {curves: []uint16{joined, curve}, told: &[]uint16{joined}, hint: []uint16{curve}, want: []uint16{curve}},
		"a hint of unknown groups":   {curves: []uint16{joined, curve}, hint: []uint16{0x1234}, want: []uint16{joined, curve}},
	} {
		o := newOptions()
		o.Curves, o.ServerSupportedGroupsHint, o.KeyShares = row.curves, row.hint, row.told
		config, err := clientConfig(o)
		if err != nil || config.KeyShares == nil || !slices.Equal(config.KeyShares, numbers[messages.Group](row.want)) {
			t.Errorf("%s: got %v and %v, want %v", name, config.KeyShares, err, numbers[messages.Group](row.want))
		}
	}
}
