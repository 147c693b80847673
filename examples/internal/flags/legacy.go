package flags

import (
	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// Legacy is what a command line says that only TLS 1.2 knows, and about pre-shared
// keys in either version.
type Legacy struct {
	Profile engine.Profile
	// PSK is the pre-shared key, or nil.
	PSK           *answer.PSK
	Renegotiation engine.Renegotiation

	withoutAgreement bool // by a pre-shared key of TLS 1.3
}

// Configure puts it into a config, but for the modes of pre-shared keys.
func (l *Legacy) Configure(c *engine.Common) {
	c.Profile, c.Renegotiation, c.PSK = l.Profile, l.Renegotiation, l.PSK != nil
}

// LegacyText is the same as typed.
type LegacyText struct {
	profile, psk  string
	renegotiation bool
	psk13         pskText
}

// Legacy defines -profile, -psk and -renegotiation, the last with a usage of its
// own.
func (s *Set) Legacy(renegotiation string) *LegacyText {
	t := &LegacyText{}
	s.StringVar(&t.profile, "profile", "", "what to be content with: `modern`, compatible or legacy")
	s.StringVar(&t.psk, "psk", "", "pre-shared key, `identity:hex`, in place of certificates; in TLS 1.2 the suites are those with one, of the profile's kinds")
	s.BoolVar(&t.renegotiation, "renegotiation", false, renegotiation)
	return t
}

// Read checks what was typed.
func (t *LegacyText) Read(v Versions) (l Legacy, err error) {
	if l.Profile, err = readProfile(t.profile); err != nil {
		return l, err
	}
	if err := l.readPSK(t, v); err != nil {
		return l, err
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
