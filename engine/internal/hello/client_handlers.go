package hello

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/engine/internal/tls12"
	"github.com/tacitls/tacitls/engine/internal/tls13"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// startClient sends the first ClientHello, once all that is in it is there.
func startClient(hs *handshake.Context, _ *ClientStart, _ *handshake.Start) (fsm.State, error) {
	if hs.Dialect.Parameters {
		return askClientParameters(hs)
	}
	return askPSKs(hs)
}

// askPSKs asks for external keys, where the policy has some.
func askPSKs(hs *handshake.Context) (fsm.State, error) {
	if !hs.Policy.PSK {
		return prepareClientHello(hs, nil)
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.OfferPSKs{Asked: id, ServerName: hs.Policy.PeerName}
	})
	return &awaitPSKs{}, nil
}

func takePSKs(hs *handshake.Context, _ *awaitPSKs, answer *events.PSKsOffered) (fsm.State, error) {
	return prepareClientHello(hs, answer.Keys)
}

// prepareClientHello sends the hello, or asks about the server of the session first:
// early data is with it before it can be asked about.
func prepareClientHello(hs *handshake.Context, external []*events.PSK) (fsm.State, error) {
	offer, err := newOffer(hs, nil, external)
	if err != nil {
		return nil, err
	}
	if offer.EarlyData > 0 && hs.Policy.Reverify && offer.Session.HasPeer() {
		tls13.AskReverify(hs, offer.Session)
		return &awaitEarlyVerdict{offer}, nil
	}
	return sendClientHello(hs, offer)
}

func takeEarlyVerdict(hs *handshake.Context, s *awaitEarlyVerdict, _ *events.PeerVerified) (fsm.State, error) {
	return sendClientHello(hs, s.offer)
}

func sendClientHello(hs *handshake.Context, offer *handshake.Offer) (fsm.State, error) {
	if err := send(hs, offer); err != nil {
		return nil, err
	}
	startEarlyData(hs, offer)
	return &waitServerHello{offer}, nil
}

func readServerHello(hs *handshake.Context, s *waitServerHello, m *messages.ServerHello) (fsm.State, error) {
	if err := checkVersion(hs, m); err != nil {
		return nil, err
	}
	if m.IsRetry() && hs.Connection.Version == messages.TLS13 {
		return readRetry(hs, s.offer, m)
	}
	if hs.Connection.Version == messages.TLS12 {
		if s.offer.EarlyData > 0 {
			// RFC 8446, Appendix D.3.
			return nil, refuse.EarlyDataMismatch.With("the server chose %v", hs.Connection.Version)
		}
		return tls12.AcceptServerHello(hs, s.offer, m)
	}
	return tls13.AcceptServerHello(hs, s.offer, m)
}

func readRetriedServerHello(hs *handshake.Context, s *waitRetriedServerHello, m *messages.ServerHello) (fsm.State, error) {
	if m.IsRetry() {
		return nil, refuse.SecondRetry
	}
	if err := checkVersion(hs, m); err != nil {
		return nil, err
	}
	if hs.Connection.Version != messages.TLS13 {
		return nil, refuse.RetryChangedVersion.With("%v", hs.Connection.Version)
	}
	return tls13.AcceptServerHello(hs, s.offer, m)
}

// checkVersion finds the version, which decides how to read all the rest
// (RFC 8446, Section 4.2.1).
func checkVersion(hs *handshake.Context, m *messages.ServerHello) error {
	if !m.Extensions.Has(messages.ExtensionSupportedVersions) {
		if hs.Policy.Allows(messages.TLS13) && downgraded(m) {
			return refuse.DowngradeSentinel
		}
		if m.LegacyVersion != messages.TLS12 || !hs.Policy.Allows(messages.TLS12) {
			return refuse.NoMutualVersion.With("the server chose %v", m.LegacyVersion)
		}
		hs.Connection.Version = messages.TLS12
		return nil
	}
	var choice messages.SupportedVersionsChoice
	if _, err := hs.Get(&m.Extensions, &choice); err != nil {
		return err
	}
	if choice.Version != messages.TLS13 || !hs.Policy.Allows(choice.Version) {
		return refuse.VersionNotOffered.With("%v", choice.Version)
	}
	hs.Connection.Version = choice.Version
	return nil
}

// downgraded tells whether a server that knows TLS 1.3 says that it was led to
// choose less (RFC 8446, Section 4.1.3).
func downgraded(m *messages.ServerHello) bool {
	sentinel := [8]byte(m.Random[24:])
	return sentinel == messages.DowngradeTLS12() || sentinel == messages.DowngradeTLS11()
}

// readRetry answers a HelloRetryRequest by a second ClientHello that differs
// from the first as it asks (RFC 8446, Section 4.1.4).
func readRetry(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) (fsm.State, error) {
	suite, err := tls13.CheckServerHello(hs, offer, m)
	if err != nil {
		return nil, err
	}
	// A cookie is the one extension that need not have been offered.
	offered := append(slices.Clone(offer.Types), messages.ExtensionCookie)
	if err := handshake.CheckReply(&m.Extensions, messages.InHelloRetryRequest, offered); err != nil {
		return nil, err
	}
	hs.Align()
	hs.Transcript.Use(suite.Hash)
	hs.Transcript.Restart()
	hs.Transcript.Add(hs.Raw)

	again := *offer
	hello := *offer.Hello
	hello.Extensions = offer.Hello.Extensions.Clone()
	again.Hello, again.Retry = &hello, &handshake.Retry{Suite: suite}
	changed, err := changeShares(hs, &again, m)
	if err != nil {
		return nil, err
	}
	var cookie messages.Cookie
	present, err := hs.Get(&m.Extensions, &cookie)
	if err != nil {
		return nil, err
	}
	if present {
		if err := handshake.Put(&hello.Extensions, &cookie); err != nil {
			return nil, err
		}
	} else if !changed {
		return nil, refuse.RetryWithoutChange
	}
	if extensionsSize(&hello) > maxExtensions {
		return nil, refuse.CookieTooLarge.With("%d bytes", len(cookie.Cookie))
	}
	keepKeys(&again, suite)
	if hs.Policy.CertificateWithPSK && len(again.PSKs) == 0 {
		return nil, refuse.NoCertificateWithPSK.With("the server chose %v", suite.ID)
	}
	if again.Session != nil && !fits(&hello, again.Session) {
		again.Session, again.PSKs = nil, again.PSKs[1:]
	}
	if extensionsSize(&hello)+keysSize(again.PSKs) > maxExtensions {
		return nil, refuse.CookieTooLarge.With("%d bytes beside the pre-shared keys", len(cookie.Cookie))
	}
	if hs.Policy.RequirePSK && len(again.PSKs) == 0 {
		return nil, refuse.NoMutualPSK.With("the server chose %v", suite.ID)
	}
	if offer.EarlyData > 0 {
		// A retry takes none (RFC 8446, Section 4.2.10).
		again.EarlyData = 0
		hello.Extensions.Remove(messages.ExtensionEarlyData)
		hs.WriteInClear()
		features.UnlimitEarlyData(hs)
		hs.Tell(&events.EarlyDataRejected{})
	}
	hs.Connection.Retried = true
	if !again.Compatible {
		hs.SendChangeCipherSpec()
		again.Compatible = true
	}
	if err := send(hs, &again); err != nil {
		return nil, err
	}
	return &waitRetriedServerHello{&again}, nil
}

// changeShares replaces the key shares by the one that a retry asks for: one
// for a group that was offered and not shared (RFC 8446, Section 4.2.8).
func changeShares(hs *handshake.Context, offer *handshake.Offer, m *messages.ServerHello) (changed bool, err error) {
	var retry messages.KeyShareRetry
	present, err := hs.Get(&m.Extensions, &retry)
	if err != nil || !present {
		return false, err
	}
	shared := slices.ContainsFunc(offer.Shares, func(s handshake.Share) bool { return s.Group == retry.Group })
	if shared || !slices.Contains(hs.Policy.Groups, retry.Group) {
		return false, refuse.RetryGroup.With("%v", retry.Group)
	}
	offer.Retry.Group = retry.Group
	shares, err := makeShares(hs, offer, []messages.Group{retry.Group})
	if err != nil {
		return false, err
	}
	old := offer.Hello.Extensions.List
	offer.Hello.Extensions = messages.Extensions{}
	for _, e := range old {
		if e.Type != messages.ExtensionKeyShare {
			offer.Hello.Extensions.List = append(offer.Hello.Extensions.List, e)
			continue
		}
		if err := handshake.Put(&offer.Hello.Extensions, shares); err != nil {
			return false, err
		}
	}
	return true, nil
}

// keepKeys goes on offering only the keys that fit the suite which the retry has
// fixed (RFC 8446, Section 4.1.2).
func keepKeys(offer *handshake.Offer, suite *secrets.Suite) {
	offer.PSKs = slices.DeleteFunc(slices.Clone(offer.PSKs), func(p handshake.OfferedPSK) bool { return p.Hash != suite.Hash })
	if len(offer.PSKs) == 0 || offer.PSKs[0].Session == nil {
		offer.Session = nil
	}
}
