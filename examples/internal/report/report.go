// Package report prints what two ends agreed on, as lines of key=value that a
// script can read.
package report

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// exported is how many bytes of keying material a report shows.
const exported = 32

// Of reports on a connection whose handshake is complete; rejected tells that early
// data was sent which the server did not take. All keys are always there; exporter is there if a
// label is given: 32 bytes for it without a context (RFC 8446, Section 7.5), in
// hexadecimal digits. It is none in a connection of TLS 1.2 without
// extended_master_secret (RFC 7627, Section 5.4).
func Of(e *engine.Engine, label string, rejected bool) (string, error) {
	c := e.Connection()
	var b strings.Builder
	line := func(key string, value any) { fmt.Fprintf(&b, "%s=%v\n", key, value) }
	line("version", strings.TrimPrefix(c.Version.String(), "TLS "))
	line("cipher", c.CipherSuite)
	line("group", groupName(c.Group))
	line("resumed", c.Resumed)
	line("hrr", c.Retried)
	line("renegotiated", c.Renegotiated)
	line("alpn", Plain(c.ALPN))
	line("sni", Plain(sentName(c.ServerName)))
	line("peer_cn", Plain(commonName(c.PeerChain)))
	line("early_data", earlyData(c.EarlyDataAccepted, rejected))
	line("psk", Plain(string(c.PSKIdentity)))
	line("ocsp", len(c.OCSP))
	line("sct", len(c.SCTs))
	line("ech", "no")
	if label != "" {
		material, err := e.Export(label, nil, exported)
		switch {
		case c.Version == messages.TLS12 && errors.Is(err, engine.ErrMisuse):
			line("exporter", "none")
		case err != nil:
			return "", err
		default:
			line("exporter", fmt.Sprintf("%x", material))
		}
	}
	return b.String(), nil
}

func groupName(g messages.Group) string {
	if g == 0 {
		return "none"
	}
	return g.String()
}

// sentName leaves out addresses, which are checked and never sent
// (RFC 6066, Section 3).
func sentName(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return name
}

func commonName(chain [][]byte) string {
	if len(chain) == 0 {
		return ""
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return ""
	}
	return leaf.Subject.CommonName
}

func earlyData(accepted, rejected bool) string {
	switch {
	case accepted:
		return "accepted"
	case rejected:
		return "rejected"
	}
	return "no"
}

// Plain quotes what a peer chose if it would not stay on its line, or could
// change what a terminal shows.
func Plain(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return text
	}
	return strconv.Quote(text)
}
