package flags

import (
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Versions are the protocol versions allowed, the least and the greatest.
type Versions struct{ Min, Max messages.Version }

// ReadVersions reads -min and -max, each "", "1.2" or "1.3". The greatest is
// TLS 1.3 where none is given, and the least is the greatest.
func ReadVersions(least, most string) (Versions, error) {
	v := Versions{Max: messages.TLS13}
	for _, flag := range []struct {
		value string
		set   *messages.Version
	}{{least, &v.Min}, {most, &v.Max}} {
		switch flag.value {
		case "":
		case "1.2":
			*flag.set = messages.TLS12
		case "1.3":
			*flag.set = messages.TLS13
		default:
			return v, Bad("version %q is neither 1.2 nor 1.3", flag.value)
		}
	}
	if v.Min == 0 {
		v.Min = v.Max
	}
	if v.Min > v.Max {
		return v, Bad("-min %s is above -max %s", least, most)
	}
	return v, nil
}

// Allows tells whether a version is among those allowed.
func (v Versions) Allows(version messages.Version) bool { return v.Min <= version && version <= v.Max }

// CipherSuites reads names of cipher suites, or "all" for all there are. It
// narrows the versions to those that a suite is named for: the others cannot
// come about. Suites of a version that is not allowed are passed over, unless
// there is no other.
func (v Versions) CipherSuites(flag, value string) ([]messages.CipherSuite, Versions, error) {
	suites, err := named(flag, value, messages.ParseCipherSuite, func(id messages.CipherSuite) bool {
		return versionOf(id) != 0
	})
	if value == "all" {
		suites, err = allSuites(), nil
	}
	if err != nil || suites == nil {
		return nil, v, err
	}
	var narrowed Versions
	var kept []messages.CipherSuite
	for _, id := range suites {
		version := versionOf(id)
		if !v.Allows(version) {
			continue
		}
		kept = append(kept, id)
		if narrowed.Min == 0 || version < narrowed.Min {
			narrowed.Min = version
		}
		narrowed.Max = max(narrowed.Max, version)
	}
	if kept == nil {
		return nil, v, Bad("-%s: none is for a version that is allowed", flag)
	}
	return kept, narrowed, nil
}

func allSuites() []messages.CipherSuite {
	all := secrets.Suites13()
	for _, id := range secrets.Suites12() {
		if versionOf(id) != 0 {
			all = append(all, id)
		}
	}
	return all
}

// versionOf is the version that a suite is for, or 0 if it is not there.
func versionOf(id messages.CipherSuite) messages.Version {
	if _, ok := secrets.LookupSuite(id); ok {
		return messages.TLS13
	}
	if suite, ok := secrets.LookupSuite12(id); ok && suite.KeyExchange == secrets.KeyExchangeECDHE {
		return messages.TLS12
	}
	return 0
}
