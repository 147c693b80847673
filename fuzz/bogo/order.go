package main

import (
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// chosenConfig is the server's config once the client's hello is known: unless its own order counts, groups and suites go by the client's.
func chosenConfig(base *engine.ServerConfig, o *options, hello *events.ClientHello) *engine.ServerConfig {
	config := *base
	preset := presetOf(o)
	switch {
	case len(o.CurvesFlags) > 0:
		config.Groups = nil
		for _, rank := range rankGroups(base.Groups, o.CurvesFlags) {
			config.Groups = append(config.Groups, inTheirOrder(rank, hello.Groups)...)
		}
	case !o.ServerPreference && !preset.ownOrder:
		config.Groups = inTheirOrder(config.Groups, hello.Groups)
	}
	switch {
	case o.Cipher != "":
		config.CipherSuites = byTheirOrder(config.CipherSuites, tiesByTheirOrder(o.Cipher, hello.CipherSuites))
	case !o.ServerPreference && !preset.ownOrder:
		config.CipherSuites = byTheirOrder(config.CipherSuites, hello.CipherSuites)
	}
	if preset.ownSuites13 {
		config.CipherSuites = firstOfTLS13(config.CipherSuites, hello.CipherSuites)
	}
	if o.SelectEmptyALPN {
		config.ALPN = []string{""}
	}
	return &config
}

// firstOfTLS13 leaves of our suites of TLS 1.3 the first that they have too.
func firstOfTLS13(ours, theirs []messages.CipherSuite) []messages.CipherSuite {
	found := false
	return slices.DeleteFunc(slices.Clone(ours), func(suite messages.CipherSuite) bool {
		if _, newer := secrets.LookupSuite(suite); !newer {
			return false
		}
		spare := found || !slices.Contains(theirs, suite)
		found = found || !spare
		return spare
	})
}

// rankGroups puts groups of equal preference together: the flag 1 beside a group says that it is no better than the next one.
func rankGroups(groups []messages.Group, flags []uint32) (ranks [][]messages.Group) {
	joins := false
	for i, group := range groups {
		if !joins {
			ranks = append(ranks, nil)
		}
		last := len(ranks) - 1
		ranks[last] = append(ranks[last], group)
		joins = i < len(flags) && flags[i] == 1
	}
	return ranks
}

// inTheirOrder is our list in the order of theirs, with what they do not have behind.
func inTheirOrder[T comparable](ours, theirs []T) []T {
	sorted := slices.Clone(ours)
	slices.SortStableFunc(sorted, func(a, b T) int { return place(theirs, a) - place(theirs, b) })
	return sorted
}

// place is where something stands in a list, its end if nowhere.
func place[T comparable](list []T, item T) int {
	if at := slices.Index(list, item); at >= 0 {
		return at
	}
	return len(list)
}

// tiesByTheirOrder is the list of -cipher with the suites of one rank in the order of the client's list.
func tiesByTheirOrder(list string, theirs []messages.CipherSuite) []messages.CipherSuite {
	ranks, err := parseSuites(list)
	if err != nil {
		return nil
	}
	for i, rank := range ranks {
		ranks[i] = inTheirOrder(rank, theirs)
	}
	return slices.Concat(ranks...)
}

// byTheirOrder puts the suites of TLS 1.2 into the order of the client's list, those that it does not have last. Those of TLS 1.3 stay
// in front as they are.
func byTheirOrder(ours, theirs []messages.CipherSuite) []messages.CipherSuite {
	newer := func(suite messages.CipherSuite) bool {
		_, is12 := secrets.LookupSuite12(suite)
		return !is12
	}
	older := slices.DeleteFunc(slices.Clone(ours), newer)
	older = inTheirOrder(older, theirs)
	kept := slices.DeleteFunc(slices.Clone(ours), func(suite messages.CipherSuite) bool { return !newer(suite) })
	return append(kept, older...)
}
