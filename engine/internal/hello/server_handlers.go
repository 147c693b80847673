package hello

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/engine/internal/tls13"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

func readClientHello(hs *handshake.Context, _ *ServerStart, m *messages.ClientHello) (fsm.State, error) {
	return begin(hs, m, nil)
}

// begin reads the hello of a handshake, which may continue another.
func begin(hs *handshake.Context, m *messages.ClientHello, previous *handshake.Previous) (fsm.State, error) {
	hello, err := handshake.ReadHello(hs, m)
	if err != nil {
		return nil, err
	}
	if previous != nil && hello.Info.ServerName != previous.Connection.ServerName {
		return nil, refuse.RenegotiatedName.With("%q", hello.Info.ServerName)
	}
	hello.Previous = previous
	hello.Info.Renegotiation = previous != nil
	hs.Randoms.Client = m.Random
	hs.Connection.ServerName = hello.Info.ServerName
	hs.Tell(&events.PeerHelloReceived{Hello: hello.Info})
	if hs.Policy.ChooseConfig {
		hs.Ask(func(id events.Asked) events.Question {
			return &events.ChooseConfig{Asked: id, Hello: hello.Info}
		})
		return &awaitConfig{hello}, nil
	}
	return chooseVersion(hs, hello)
}

func takeConfig(hs *handshake.Context, s *awaitConfig, answer *handshake.ConfigChosen) (fsm.State, error) {
	if answer.Policy != nil {
		hs.Policy = answer.Policy
	}
	return chooseVersion(hs, s.hello)
}

// chooseVersion chooses the highest version that both ends allow, by
// supported_versions where it is there and by legacy_version otherwise
// (RFC 8446, Section 4.2.1, and Appendix D.2).
func chooseVersion(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	if hello.Previous != nil {
		return keepVersion(hs, hello)
	}
	if hello.Message.LegacyVersion <= messages.SSL30 {
		return nil, refuse.NoMutualVersion.With("legacy_version is %v", hello.Message.LegacyVersion)
	}
	if fellBack(hs, hello) {
		return nil, refuse.InappropriateFallback.With("the client offers %v", hello.Info.Versions)
	}
	for _, version := range versions(hs.Policy) {
		for _, theirs := range hello.Info.Versions {
			if theirs == version {
				hs.Connection.Version = version
				if version == messages.TLS12 {
					return tls12.AcceptClientHello(hs, hello)
				}
				return tls13.AcceptClientHello(hs, hello)
			}
		}
	}
	return nil, refuse.NoMutualVersion.With("the client offers %v", handshake.Few(hello.Info.Versions))
}

// fellBack tells whether a client says that it offers less than it could, and
// offers less than this end could (RFC 7507, Section 3).
func fellBack(hs *handshake.Context, hello *handshake.Hello) bool {
	const major = 3 // of every TLS
	return slices.Contains(hello.Message.CipherSuites, messages.TLS_FALLBACK_SCSV) &&
		!slices.ContainsFunc(hello.Info.Versions, func(theirs messages.Version) bool {
			return theirs>>8 == major && theirs >= hs.Policy.MaxVersion
		})
}
