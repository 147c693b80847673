package flags

import (
	"encoding/hex"
	"strings"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// pskText is what goes with a -psk in TLS 1.3, as typed.
type pskText struct {
	hash string
	ke   bool
}

// PSK13 defines -psk-hash and -psk-ke, the last with a usage of its own.
func (s *Set) PSK13(t *LegacyText, ke string) {
	s.StringVar(&t.psk13.hash, "psk-hash", "", "hash of the -psk in TLS 1.3, `sha256` or sha384")
	s.BoolVar(&t.psk13.ke, "psk-ke", false, ke)
}

// readPSK reads all that is about pre-shared keys.
func (l *Legacy) readPSK(t *LegacyText, v Versions) (err error) {
	in13 := v.Allows(messages.TLS13)
	switch {
	case t.psk13.ke && !in13:
		return Bad("-psk-ke is for TLS 1.3")
	case t.psk13.hash != "" && (t.psk == "" || !in13):
		return Bad("-psk-hash is for a -psk in TLS 1.3")
	}
	l.withoutAgreement = t.psk13.ke
	if t.psk == "" {
		return nil
	}
	if l.PSK, err = readPSK(t.psk); err != nil {
		return err
	}
	if in13 && len(l.PSK.Identity) == 0 {
		return Bad("-psk: in TLS 1.3 an identity has at least one byte")
	}
	switch t.psk13.hash {
	case "":
	case "sha256":
		l.PSK.Hash = secrets.SHA256
	case "sha384":
		l.PSK.Hash = secrets.SHA384
	default:
		return Bad("-psk-hash is sha256 or sha384")
	}
	return nil
}

// PSKModes are those of a config: a client that is to go without a key agreement
// offers nothing else, and a server then takes either (RFC 8446, Section 4.2.9).
func (l *Legacy) PSKModes(client bool) engine.PSKModes {
	switch {
	case !l.withoutAgreement:
		return engine.PSKWithAgreement
	case client:
		return engine.PSKWithoutAgreement
	}
	return engine.PSKEither
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
