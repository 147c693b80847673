package engine_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// configureAuthentication sets the options that speak of how ends authenticate.
func (s *script) configureAuthentication(common *engine.Common, answers *testkit.Answers, name, value string) (err error) {
	switch name {
	case "peer-types":
		common.PeerCertificateTypes, err = parseAll(value, parseCertificateType)
	case "own-types":
		s.pair.Client.CertificateTypes, err = parseAll(value, parseCertificateType)
	case "post-handshake-auth":
		s.pair.Client.PostHandshakeAuth = true
	case "psk-certificate":
		common.CertificateWithPSK = true
	case "cookies":
		s.pair.Server.Cookies = map[string]engine.Cookies{
			"on-retry": engine.CookiesOnRetry, "always": engine.CookiesAlways,
		}[value]
	case "delegated-schemes":
		common.DelegatedSchemes, err = parseAll(value, messages.ParseSignatureScheme)
	case "delegated":
		role := events.Server
		if common == &s.pair.Client.Common {
			role = events.Client
		}
		answers.Identity = testkit.Delegate(answers.Identity, value, role)
	case "oid-filters":
		s.pair.Server.OIDFilters, err = parseFilters(strings.Split(value, ","))
	case "raw-key":
		answers.RawKey = true
	default:
		return fmt.Errorf("no option %s", name)
	}
	return err
}

func parseCertificateType(name string) (messages.CertificateType, bool) {
	kinds := map[string]messages.CertificateType{"x509": messages.CertificateX509, "raw": messages.CertificateRawPublicKey}
	kind, ok := kinds[name]
	return kind, ok
}

// requestCertificate is the command without what names the request.
func requestCertificate(e *engine.Engine, out *events.Output, now time.Time) error {
	_, err := e.RequestClientCertificate(out, now)
	return err
}
