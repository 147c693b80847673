package engine_test

import (
	"slices"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// signs are the two by which a client asks for secure renegotiation.
type signs struct{ value, extension bool }

// bare leaves a ClientHello its signature schemes and its session, and puts in
// these signs.
func bare(m *messages.ClientHello, says signs) {
	m.Extensions.List = slices.DeleteFunc(slices.Clone(m.Extensions.List), func(e messages.Extension) bool {
		switch e.Type {
		case messages.ExtensionSignatureAlgorithms, messages.ExtensionSessionTicket, messages.ExtensionExtendedMasterSecret,
			messages.ExtensionServerName:
			return false
		}
		return true
	})
	if says.extension {
		forge.Set(&m.Extensions, &messages.RenegotiationInfo{})
	}
	if says.value {
		m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
	}
}

// covers 5746/3.6/1 5746/3.6/2 5746/3.6/6
func TestAServerAnswersEitherSignOfSecureRenegotiationByTheEmptyExtension(t *testing.T) {
	for _, session := range []*events.Session{nil, legacySession()} {
		for what, says := range map[string]signs{
			"nothing": {false, false}, "the signalling value": {true, false}, "the extension": {false, true}, "both": {true, true},
		} {
			pair := legacy("secure renegotiation")
			pair.Client.Session = session
			l := completes(t, pair, func(l *forge.Link) {
				forge.Change(l, events.Client, func(m *messages.ClientHello) { bare(m, says) })
				forge.Change(l, events.Server, func(m *messages.ServerHello) {
					info := messages.RenegotiationInfo{Verify: []byte{1}}
					present, err := m.Extensions.Get(&info)
					if err != nil || present != (says.value || says.extension) || present && len(info.Verify) != 0 {
						t.Errorf("to %s the answer is present %t, %x, %v", what, present, info.Verify, err)
					}
				})
			})
			if l.Server.Engine.Connection().Resumed != (session != nil) {
				t.Errorf("%s: resumed %t", what, session == nil)
			}
		}
	}
}

// covers 5746/3.6/6
func TestTheSignallingValueIsAnOfferOfNothingElse(t *testing.T) {
	completes(t, legacy("signal"), func(l *forge.Link) {
		forge.Change(l, events.Client, func(m *messages.ClientHello) {
			bare(m, signs{value: true})
			for _, kind := range []messages.ExtensionType{
				messages.ExtensionSessionTicket, messages.ExtensionExtendedMasterSecret, messages.ExtensionServerName,
			} {
				m.Extensions.Remove(kind)
			}
		})
		forge.Change(l, events.Server, func(m *messages.ServerHello) {
			if got := types(&m.Extensions); !slices.Equal(got, []messages.ExtensionType{messages.ExtensionRenegotiationInfo}) {
				t.Errorf("the answer has %v", got)
			}
		})
	})
}

// covers 5746/3.6/5
// covers 5246/E.1/2
func TestAServerOfTLS12ServesWhoHasMore(t *testing.T) {
	for what, change := range map[string]func(m *messages.ClientHello){
		"an extension that nobody knows": func(m *messages.ClientHello) {
			forge.AddExtension(&m.Extensions, messages.Extension{Type: 0x7a7a, Data: []byte("unknown")})
		},
		"TLS 1.3 by legacy_version":       func(m *messages.ClientHello) { m.LegacyVersion = messages.TLS13 },
		"a minor version beyond any":      func(m *messages.ClientHello) { m.LegacyVersion = 0x03ff },
		"a major version beyond any":      func(m *messages.ClientHello) { m.LegacyVersion = 0x7a7a },
		"versions by supported_versions":  func(m *messages.ClientHello) { offerVersions(m, 0x7a7a, 0x0305, messages.TLS13, messages.TLS12) },
		"TLS 1.2 behind versions of DTLS": func(m *messages.ClientHello) { offerVersions(m, messages.DTLS12, messages.TLS12) },
	} {
		for _, both := range []bool{false, true} {
			pair := small("more")
			inLegacy(pair)
			if !both {
				pair.Client.MaxVersion = messages.TLS12
			}
			l := completes(t, pair, func(l *forge.Link) { forge.Change(l, events.Client, change) })
			if got := l.Server.Engine.Connection().Version; got != messages.TLS12 {
				t.Errorf("%s: the version is %v", what, got)
			}
		}
	}
}

// offerVersions has a hello offer versions by the extension.
func offerVersions(m *messages.ClientHello, versions ...messages.Version) {
	forge.Set(&m.Extensions, &messages.SupportedVersionsOffer{Versions: versions})
}
