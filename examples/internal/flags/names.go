package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// List splits a comma-separated list. An empty list is nil, an empty entry is
// bad usage.
func List(flag, value string) ([]string, error) {
	if value == "" {
		return nil, nil
	}
	list := strings.Split(value, ",")
	for i, entry := range list {
		list[i] = strings.TrimSpace(entry)
		if list[i] == "" {
			return nil, Bad("-%s: an entry of %q is empty", flag, value)
		}
	}
	return list, nil
}

// Echo tells whether -mode asks for echo rather than http.
func Echo(mode string) (bool, error) {
	if mode != "http" && mode != "echo" {
		return false, Bad("-mode is http or echo")
	}
	return mode == "echo", nil
}

// Groups reads names of groups. A name of no group is bad usage, and so is a group
// that is not implemented.
func Groups(flag, value string) ([]messages.Group, error) {
	return named(flag, value, messages.ParseGroup, func(g messages.Group) error {
		return among(g, secrets.Groups())
	})
}

// KeyShares reads the groups to send shares for, and puts them into the order
// of groups, which default to all. "none" is the empty list, and the empty
// string is nil.
func KeyShares(flag, value string, groups []messages.Group) ([]messages.Group, error) {
	if value == "none" {
		return []messages.Group{}, nil
	}
	shares, err := Groups(flag, value)
	if err != nil || shares == nil {
		return nil, err
	}
	if groups == nil {
		groups = secrets.Groups()
	}
	for _, share := range shares {
		if !slices.Contains(groups, share) {
			return nil, Bad("-%s: %v is not among the groups", flag, share)
		}
	}
	slices.SortFunc(shares, func(a, b messages.Group) int {
		return slices.Index(groups, a) - slices.Index(groups, b)
	})
	return shares, nil
}

// among tells what there is where an entry is not.
func among[T interface {
	comparable
	fmt.Stringer
}](entry T, there []T) error {
	if slices.Contains(there, entry) {
		return nil
	}
	var names []string
	for _, other := range there {
		names = append(names, other.String())
	}
	return fmt.Errorf("%v is not implemented; there is %s", entry, strings.Join(names, ", "))
}

func named[T comparable](flag, value string, parse func(string) (T, bool), there func(T) error) ([]T, error) {
	names, err := List(flag, value)
	if err != nil {
		return nil, err
	}
	var list []T
	for _, name := range names {
		id, known := parse(name)
		switch {
		case !known:
			return nil, Bad("-%s: %q is not known", flag, name)
		case there(id) != nil:
			return nil, Bad("-%s: %w", flag, there(id))
		case slices.Contains(list, id):
			return nil, Bad("-%s: %q is named twice", flag, name)
		}
		list = append(list, id)
	}
	return list, nil
}

// Compression reads names of algorithms for certificates: zlib, which the standard
// library has. One that is known and not implemented is bad usage.
func Compression(flag, value string) ([]messages.CompressionAlgorithm, error) {
	return named(flag, value, messages.ParseCompressionAlgorithm, func(a messages.CompressionAlgorithm) error {
		return among(a, []messages.CompressionAlgorithm{messages.CompressionZlib})
	})
}

// ALPN reads application protocols, each of 1 to 255 bytes.
func ALPN(flag, value string) ([]string, error) {
	protocols, err := List(flag, value)
	for _, protocol := range protocols {
		if len(protocol) > 255 {
			return nil, Bad("-%s: a protocol has %d bytes", flag, len(protocol))
		}
	}
	return protocols, err
}

// Label checks the label of an exporter, at most 249 bytes
// (RFC 8446, Section 7.5).
func Label(flag, value string) error {
	if len(value) > 249 {
		return Bad("-%s: a label has %d bytes", flag, len(value))
	}
	return nil
}
