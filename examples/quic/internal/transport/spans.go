package transport

import "slices"

// span is a range of numbers: of packets, or of the bytes of a stream. To is the first
// number behind it.
type span struct{ from, to uint64 }

// spans are ranges in ascending order that neither overlap nor touch.
type spans []span

// add puts a range in.
func (s *spans) add(from, to uint64) {
	if from >= to {
		return
	}
	// Those from first up to last touch the new one, and become part of it.
	first := s.search(from)
	if first > 0 && (*s)[first-1].to == from {
		first--
	}
	last := first
	for last < len(*s) && (*s)[last].from <= to {
		from, to = min(from, (*s)[last].from), max(to, (*s)[last].to)
		last++
	}
	*s = slices.Replace(*s, first, last, span{from, to})
}

// cut takes a range out.
func (s *spans) cut(from, to uint64) {
	if from >= to {
		return
	}
	first := s.search(from)
	last := first
	var rest []span
	for last < len(*s) && (*s)[last].from < to {
		if old := (*s)[last]; old.from < from {
			rest = append(rest, span{old.from, from})
		}
		if old := (*s)[last]; old.to > to {
			rest = append(rest, span{to, old.to})
		}
		last++
	}
	*s = slices.Replace(*s, first, last, rest...)
}

// holds tells whether a number is in one of the ranges.
func (s spans) holds(n uint64) bool {
	at := s.search(n)
	return at < len(s) && s[at].from <= n
}

// search finds the first range that ends behind n.
func (s spans) search(n uint64) int {
	at, _ := slices.BinarySearchFunc(s, n, func(r span, n uint64) int {
		if r.to <= n {
			return -1
		}
		return 1
	})
	return at
}
