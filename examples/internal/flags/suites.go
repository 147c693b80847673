package flags

import (
	"fmt"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Choice is what the cipher suites turn on.
type Choice struct {
	Versions
	Legacy
	// Groups are those named, or nil.
	Groups []messages.Group
}

// CipherSuites reads names of cipher suites, or "all" for all that there are for
// the choice. It narrows the versions to those that a suite is named for: the
// others cannot come about. Suites of a version that is not allowed are passed
// over, unless there is no other. Where none is named it is nil, or, with a
// pre-shared key and TLS 1.2, the usual ones that take one: with ephemeral keys, and
// from the compatible profile on also without.
func (c Choice) CipherSuites(flag, value string) ([]messages.CipherSuite, Versions, error) {
	var suites []messages.CipherSuite
	var err error
	switch {
	case value == "all":
		suites = append(secrets.Suites13(), c.suites12(func(*secrets.Suite12) bool { return true })...)
	case value == "" && c.PSK != nil && c.Allows(messages.TLS12):
		suites = append(slices.Clone(usual13), c.suites12(c.byDefault)...)
	default:
		suites, err = named(flag, value, messages.ParseCipherSuite, func(id messages.CipherSuite) error {
			if versionOf(id) == 0 {
				return fmt.Errorf("%v is not implemented", id)
			}
			return nil
		})
	}
	if err != nil || suites == nil {
		return nil, c.Versions, err
	}
	var narrowed Versions
	var kept []messages.CipherSuite
	for _, id := range suites {
		version := versionOf(id)
		if suite, ok := secrets.LookupSuite12(id); ok && suite.KeyExchange.UsesPSK() && c.PSK == nil {
			return nil, c.Versions, Bad("-%s: %v takes a -psk", flag, id)
		}
		if !c.Allows(version) {
			continue
		}
		kept = append(kept, id)
		if narrowed.Min == 0 || version < narrowed.Min {
			narrowed.Min = version
		}
		narrowed.Max = max(narrowed.Max, version)
	}
	if kept == nil {
		return nil, c.Versions, Bad("-%s: none is for a version that is allowed", flag)
	}
	return kept, narrowed, nil
}

// suites12 are those of TLS 1.2 that the choice has all for, and that are wanted.
func (c Choice) suites12(wanted func(*secrets.Suite12) bool) []messages.CipherSuite {
	var list []messages.CipherSuite
	for _, id := range secrets.Suites12() {
		suite, _ := secrets.LookupSuite12(id)
		exchange := suite.KeyExchange
		switch {
		case versionOf(id) == 0:
		case exchange.UsesPSK() && c.PSK == nil:
		case exchange.TransportsRSA() && c.Profile < engine.Legacy:
		case exchange.FiniteField() && !c.hasField():
		case wanted(suite):
			list = append(list, id)
		}
	}
	return list
}

func (c Choice) byDefault(s *secrets.Suite12) bool {
	return slices.Contains(usualPSK, s.ID) && (s.KeyExchange.Ephemeral() || c.Profile >= engine.Compatible)
}

// usualPSK are the suites of pre-shared keys with the AEADs that are used by
// default.
var usualPSK = []messages.CipherSuite{
	messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384,
	messages.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
	messages.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256, messages.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384,
	messages.TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
	messages.TLS_PSK_WITH_AES_128_GCM_SHA256, messages.TLS_PSK_WITH_AES_256_GCM_SHA384,
	messages.TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
}

// usual13 are the suites of TLS 1.3 that are used by default.
var usual13 = []messages.CipherSuite{
	messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
}

// hasField tells whether there is a group of RFC 7919.
func (c Choice) hasField() bool {
	if c.Groups == nil {
		return c.Profile >= engine.Compatible
	}
	return slices.ContainsFunc(c.Groups, func(g messages.Group) bool {
		return messages.FFDHE2048 <= g && g <= messages.FFDHE8192
	})
}

// versionOf is the version that a suite is for, or 0 if it is not there.
func versionOf(id messages.CipherSuite) messages.Version {
	if _, ok := secrets.LookupSuite(id); ok {
		return messages.TLS13
	}
	if suite, ok := secrets.LookupSuite12(id); ok && suite.KeyExchange != secrets.KeyExchangeRSAPSK {
		return messages.TLS12
	}
	return 0
}
