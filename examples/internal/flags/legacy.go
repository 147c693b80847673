package flags

import (
	"encoding/hex"
	"strings"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// Legacy is what a command line says that only TLS 1.2 knows.
type Legacy struct {
	Profile engine.Profile
	// PSK is the pre-shared key, or nil.
	PSK           *answer.PSK
	Renegotiation engine.Renegotiation
}

// Configure puts it into a config.
func (l *Legacy) Configure(c *engine.Common) { c.Profile, c.Renegotiation = l.Profile, l.Renegotiation }

// LegacyText is the same as typed.
type LegacyText struct {
	profile, psk  string
	renegotiation bool
}

// Legacy defines -profile, -psk and -renegotiation, the last with a usage of its
// own.
func (s *Set) Legacy(renegotiation string) *LegacyText {
	t := &LegacyText{}
	s.StringVar(&t.profile, "profile", "", "what to be content with: `modern`, compatible or legacy")
	s.StringVar(&t.psk, "psk", "", "pre-shared key, `identity:hex`, for -max 1.2, in place of certificates: the suites are those with one, of the profile's kinds; in TLS 1.3 it is unsupported")
	s.BoolVar(&t.renegotiation, "renegotiation", false, renegotiation)
	return t
}

// Read checks what was typed. A pre-shared key is an [Unsupported] where TLS 1.3
// is allowed.
func (t *LegacyText) Read(v Versions) (l Legacy, err error) {
	if l.Profile, err = readProfile(t.profile); err != nil {
		return l, err
	}
	if t.psk != "" {
		if v.Allows(messages.TLS13) {
			return l, &Unsupported{"psk"}
		}
		if l.PSK, err = readPSK(t.psk); err != nil {
			return l, err
		}
	}
	if t.renegotiation {
		if !v.Allows(messages.TLS12) {
			return l, Bad("-renegotiation is for TLS 1.2")
		}
		l.Renegotiation = engine.RenegotiateFreely
	}
	return l, nil
}

func readProfile(name string) (engine.Profile, error) {
	if name == "" {
		return engine.Modern, nil
	}
	for _, profile := range []engine.Profile{engine.Modern, engine.Compatible, engine.Legacy} {
		if name == profile.String() {
			return profile, nil
		}
	}
	return 0, Bad("-profile is modern, compatible or legacy")
}

// maxPSK is the most bytes of an identity and of a key (RFC 4279, Section 5.1).
const maxPSK = 1<<16 - 1

// readPSK reads identity:hex. What was typed is a secret, and no error repeats it.
func readPSK(value string) (*answer.PSK, error) {
	at := strings.LastIndexByte(value, ':')
	if at < 0 {
		return nil, Bad("-psk is identity:hex")
	}
	identity := value[:at]
	key, err := hex.DecodeString(value[at+1:])
	switch {
	case err != nil:
		return nil, Bad("-psk: the key is not in hexadecimal digits")
	case len(key) == 0 || len(key) > maxPSK:
		return nil, Bad("-psk: the key has %d bytes, not 1 to %d", len(key), maxPSK)
	case len(identity) > maxPSK:
		return nil, Bad("-psk: the identity has %d bytes", len(identity))
	}
	return &answer.PSK{Identity: []byte(identity), Key: key}, nil
}
