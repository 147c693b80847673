package flags

import "github.com/tacitls/tacitls/messages"

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
