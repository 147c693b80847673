package engine_test

import (
	"crypto/sha1"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// configure12 sets the options that speak of TLS 1.2 alone.
func (s *script) configure12(client bool, common *engine.Common, answers *testkit.Answers, name, value string) error {
	switch name {
	case "profile":
		common.Profile = map[string]engine.Profile{"compatible": engine.Compatible, "legacy": engine.Legacy}[value]
	case "renegotiation":
		common.Renegotiation = map[string]engine.Renegotiation{
			"once": engine.RenegotiateOnce, "freely": engine.RenegotiateFreely,
		}[value]
	case "psk":
		answers.PSK = []byte(value)
	case "hint":
		s.pair.Server.PSKHint = []byte(value)
	case "false-start":
		s.pair.Client.FalseStart = true
	case "fallback":
		s.pair.Client.Fallback = true
	case "request-chain":
		s.pair.Client.RequestOCSPChain = true
	case "staple-chain":
		answers.Override = staplingChain(answers.Identity)
	case "urls":
		common.CertificateURLs = true
		if client {
			answers.Override = byURLs(answers.Identity, value == "path")
		} else {
			answers.Pages = pages(value)
		}
	case "supplement":
		supplement(client, common, answers, value)
	case "in-clear":
		common.Supplemental.InClear = true
	default:
		return s.configureAuthentication(common, answers, name, value)
	}
	return nil
}

// supplement agrees on user mappings, which clients send, or on authorization
// data.
func supplement(client bool, common *engine.Common, answers *testkit.Answers, kinds string) {
	for kind := range strings.SplitSeq(kinds, ",") {
		switch kind {
		case "mapping":
			common.Supplemental.UserMappings = []messages.UserMappingType{messages.UserMappingUPNDomainHint}
			if !client {
				continue
			}
			hint, err := (&messages.UPNDomainHint{UserPrincipalName: []byte("ada@example")}).Append(nil)
			if err != nil {
				panic(err)
			}
			data, err := messages.AppendUserMappings(nil, []messages.UserMapping{{Type: messages.UserMappingUPNDomainHint, Data: hint}})
			if err != nil {
				panic(err)
			}
			answers.Supplement = append(answers.Supplement, messages.SupplementalDataEntry{Type: messages.SupplementalUserMapping, Data: data})
		case "client-authz":
			common.Supplemental.ClientAuthz = []messages.AuthzFormat{messages.AuthzSAMLAssertion}
		case "server-authz":
			common.Supplemental.ServerAuthz = []messages.AuthzFormat{messages.AuthzX509AttributeCert}
		case "authz-data":
			answers.Supplement = append(answers.Supplement, messages.SupplementalDataEntry{Type: messages.SupplementalAuthz, Data: []byte("may enter")})
		}
	}
}

// staplingChain has an identity shown with its authority and a response for each.
func staplingChain(identity *testkit.Identity) func(events.Question) events.Answer {
	return func(q events.Question) events.Answer {
		choose, ok := q.(*events.ChooseCredential)
		if !ok {
			return nil
		}
		credential := identity.Credential()
		credential.Chain = append(credential.Chain[:1:1], testkit.Authority().Chain[0])
		credential.OCSP, credential.OCSPChain = []byte("a response"), [][]byte{[]byte("another response")}
		credential.SCTsChain = [][][]byte{{[]byte("a timestamp"), []byte("another timestamp")}}
		return choose.Reply(credential)
	}
}

// The places where a client's certificates are found.
const (
	certificateURL = "http://example/client.der"
	authorityURL   = "http://example/authority.der"
	pathURL        = "http://example/client.pkipath"
)

// byURLs has an identity shown by where it is found.
func byURLs(identity *testkit.Identity, path bool) func(events.Question) events.Answer {
	return func(q events.Question) events.Answer {
		choose, ok := q.(*events.ChooseCredential)
		if !ok {
			return nil
		}
		credential := identity.Credential()
		credential.URLs = []messages.URLAndHash{
			{URL: []byte(certificateURL), SHA1: sha1.Sum(identity.Chain[0])},
			{URL: []byte(authorityURL), SHA1: sha1.Sum(testkit.Authority().Chain[0])},
		}
		if path {
			credential.URLsArePath = true
			credential.URLs = []messages.URLAndHash{{URL: []byte(pathURL), SHA1: sha1.Sum(pkiPath(identity))}}
		}
		return choose.Reply(credential)
	}
}

// pages is what a server finds: of the client with a P-256 key, or as value says
// nothing, or something else.
func pages(value string) map[string][]byte {
	identity := testkit.Client(testkit.P256)
	switch value {
	case "missing":
		return nil
	case "other":
		identity = testkit.Client(testkit.P384)
	}
	return map[string][]byte{
		certificateURL: identity.Chain[0],
		authorityURL:   testkit.Authority().Chain[0],
		pathURL:        pkiPath(identity),
	}
}

// pkiPath is the chain as a PkiPath, the authority first.
func pkiPath(identity *testkit.Identity) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(testkit.Authority().Chain[0])
		b.AddBytes(identity.Chain[0])
	})
	return b.BytesOrPanic()
}
