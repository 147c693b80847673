package tls13

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// maxSkipped is how many bytes of refused early data are passed over: what a
// client may have under way that holds a ticket of another server's.
const maxSkipped = 16384

// AcceptClientHello chooses the parameters of a first ClientHello, or asks for
// a second one with a share of the group wanted (RFC 8446, Section 4.1.1).
func AcceptClientHello(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	if err := checkHello(hello); err != nil {
		return nil, err
	}
	suite, err := chooseSuite(hs, hello)
	if err != nil {
		return nil, err
	}
	c := choice{hello: hello, suite: suite}
	psk, err := readPSK(hs, &c)
	if err != nil {
		return nil, err
	}
	if c.pskOnly && !hello.Message.Extensions.Has(messages.ExtensionKeyShare) {
		skipEarlyData(hs, hello)
		return considerPSK(hs, c, psk)
	}
	if err := needGroups(&hello.Message); err != nil {
		return nil, err
	}
	group, ok := handshake.First(hs.Policy.Groups, hello.Info.Groups)
	if !ok {
		return nil, refuse.NoMutualGroup.With("the client offers %v", handshake.Few(hello.Info.Groups))
	}
	shares, err := readShares(hs, hello)
	if err != nil {
		return nil, err
	}
	if c.group, ok = secrets.LookupGroup(group); !ok {
		return nil, refuse.Internal.With("no group %v", group)
	}
	at := slices.IndexFunc(shares, func(s messages.KeyShareEntry) bool { return s.Group == group })
	if at < 0 {
		return sendRetry(hs, c, group)
	}
	c.share = shares[at].KeyExchange
	skipEarlyData(hs, hello)
	return considerPSK(hs, c, psk)
}

// skipEarlyData has the early data passed over that a client has under way, unless
// it is taken later on (RFC 8446, Section 4.2.10).
func skipEarlyData(hs *handshake.Context, hello *handshake.Hello) {
	if hello.Message.Extensions.Has(messages.ExtensionEarlyData) {
		hs.SkipEarlyData(max(maxSkipped, int(min(hs.Policy.EarlyData, maxEarlyData))))
	}
}

// maxEarlyData bounds what is passed over, in bytes, whatever the policy takes.
const maxEarlyData = 1 << 30

// checkHello checks what a ClientHello of TLS 1.3 must have
// (RFC 8446, Section 4.1.2 and Section 9.2).
func checkHello(hello *handshake.Hello) error {
	m := &hello.Message
	if !bytes.Equal(m.CompressionMethods, []byte{0}) {
		return refuse.CompressionNotNull
	}
	groups, shares := m.Extensions.Has(messages.ExtensionSupportedGroups), m.Extensions.Has(messages.ExtensionKeyShare)
	if groups != shares {
		return needGroups(m)
	}
	if !m.Extensions.Has(messages.ExtensionPreSharedKey) {
		return needSchemes(m)
	}
	return nil
}

// needGroups checks that the client says how it would agree on a key.
func needGroups(m *messages.ClientHello) error {
	for _, t := range [...]messages.ExtensionType{messages.ExtensionSupportedGroups, messages.ExtensionKeyShare} {
		if !m.Extensions.Has(t) {
			return refuse.MissingExtension.With("%v", t)
		}
	}
	return nil
}

// needSchemes checks that the client says which signatures it takes, without
// which no certificate can be shown (RFC 8446, Section 4.2.3).
func needSchemes(m *messages.ClientHello) error {
	if !m.Extensions.Has(messages.ExtensionSignatureAlgorithms) {
		return refuse.MissingExtension.With("%v", messages.ExtensionSignatureAlgorithms)
	}
	return nil
}

func chooseSuite(hs *handshake.Context, hello *handshake.Hello) (*secrets.Suite, error) {
	id, ok := handshake.ChooseSuite(hs.Policy.Suites13, hello.Message.CipherSuites)
	if !ok {
		return nil, refuse.NoMutualSuite.With("the client offers %v", handshake.Few(hello.Message.CipherSuites))
	}
	suite, ok := secrets.LookupSuite(id)
	if !ok {
		return nil, refuse.Internal.With("no suite %v", id)
	}
	return suite, nil
}

// readShares reads the client's key shares: at most one for a group, and only
// for groups that it offers (RFC 8446, Section 4.2.8).
func readShares(hs *handshake.Context, hello *handshake.Hello) ([]messages.KeyShareEntry, error) {
	var offer messages.KeyShareOffer
	if err := hs.Need(&hello.Message.Extensions, &offer); err != nil {
		return nil, err
	}
	if len(offer.Shares) > maxShares {
		return nil, refuse.MalformedExtension.With("%d key shares", len(offer.Shares))
	}
	for i, share := range offer.Shares {
		if !slices.Contains(hello.Info.Groups, share.Group) {
			return nil, refuse.GroupNotOffered.With("%v", share.Group)
		}
		same := func(other messages.KeyShareEntry) bool { return other.Group == share.Group }
		if slices.ContainsFunc(offer.Shares[:i], same) {
			return nil, refuse.DuplicateKeyShare.With("%v", share.Group)
		}
	}
	return offer.Shares, nil
}

// maxShares is how many key shares a ClientHello may have, far more than any
// client sends.
const maxShares = 64

// sendRetry sends a HelloRetryRequest (RFC 8446, Section 4.1.4).
func sendRetry(hs *handshake.Context, c choice, group messages.Group) (fsm.State, error) {
	hs.Align()
	hs.Transcript.Use(c.suite.Hash)
	hs.Transcript.Add(c.hello.Raw)
	hs.Transcript.Restart()
	retry := &messages.ServerHello{
		LegacyVersion: hs.Dialect.LegacyVersion,
		Random:        messages.HelloRetryRandom(),
		SessionID:     c.hello.Message.SessionID,
		CipherSuite:   c.suite.ID,
	}
	if err := handshake.Put(&retry.Extensions, &messages.SupportedVersionsChoice{Version: hs.Connection.Version}); err != nil {
		return nil, err
	}
	if err := handshake.Put(&retry.Extensions, &messages.KeyShareRetry{Group: group}); err != nil {
		return nil, err
	}
	if err := hs.Send(retry); err != nil {
		return nil, err
	}
	if c.hello.Compatible(hs) {
		hs.SendChangeCipherSpec()
	}
	skipEarlyData(hs, c.hello)
	hs.Connection.Retried = true
	return &waitRetriedClientHello{c.hello, handshake.Retry{Suite: c.suite, Group: group}}, nil
}

// readRetriedClientHello takes the second ClientHello, which may differ from
// the first only as the retry has asked (RFC 8446, Section 4.1.2).
func readRetriedClientHello(hs *handshake.Context, s *waitRetriedClientHello, m *messages.ClientHello) (fsm.State, error) {
	hello, err := handshake.ReadHello(hs, m)
	if err != nil {
		return nil, err
	}
	if m.Extensions.Has(messages.ExtensionEarlyData) {
		return nil, refuse.EarlyDataAfterRetry
	}
	if err := checkHello(hello); err != nil {
		return nil, err
	}
	if err := checkUnchanged(&s.first.Message, m); err != nil {
		return nil, err
	}
	shares, err := readShares(hs, hello)
	if err != nil {
		return nil, err
	}
	if len(shares) != 1 || shares[0].Group != s.retry.Group {
		return nil, refuse.RetryChangedGroup.With("a share of %v was asked for", s.retry.Group)
	}
	c := choice{hello: hello, suite: s.retry.Suite, share: shares[0].KeyExchange}
	c.group, _ = secrets.LookupGroup(s.retry.Group)
	psk, err := readPSK(hs, &c)
	if err != nil {
		return nil, err
	}
	hs.SkipEarlyData(0)
	return considerPSK(hs, c, psk)
}

// checkUnchanged compares two hellos field by field.
func checkUnchanged(first, second *messages.ClientHello) error {
	switch {
	case first.LegacyVersion != second.LegacyVersion:
		return refuse.RetriedHelloChanged.With("legacy_version")
	case first.Random != second.Random:
		return refuse.RetriedHelloChanged.With("random")
	case !bytes.Equal(first.SessionID, second.SessionID):
		return refuse.RetriedHelloChanged.With("legacy_session_id")
	case !slices.Equal(first.CipherSuites, second.CipherSuites):
		return refuse.RetriedHelloChanged.With("cipher_suites")
	}
	if !slices.EqualFunc(lasting(first), lasting(second), func(a, b messages.Extension) bool {
		return a.Type == b.Type && bytes.Equal(a.Data, b.Data)
	}) {
		return refuse.RetriedHelloChanged.With("extensions")
	}
	return nil
}

// lasting are the extensions that a second hello has to repeat, in order.
func lasting(m *messages.ClientHello) []messages.Extension {
	return slices.DeleteFunc(slices.Clone(m.Extensions.List), func(e messages.Extension) bool {
		return mayChange(e.Type)
	})
}

// mayChange lists the extensions that a second hello may add, drop or change.
func mayChange(t messages.ExtensionType) bool {
	switch t {
	case messages.ExtensionKeyShare, messages.ExtensionEarlyData, messages.ExtensionCookie,
		messages.ExtensionPreSharedKey, messages.ExtensionPadding:
		return true
	}
	return false
}

// askServerCredential begins a full handshake.
func askServerCredential(hs *handshake.Context, c choice) (fsm.State, error) {
	if err := needSchemes(&c.hello.Message); err != nil {
		return nil, err
	}
	if err := needGroups(&c.hello.Message); err != nil {
		return nil, err
	}
	delegated, err := delegatedSchemes(hs, &c.hello.Message.Extensions)
	if err != nil {
		return nil, err
	}
	c.pskOnly = false
	info := c.hello.Info
	schemesCert := info.SchemesCert
	if schemesCert == nil {
		schemesCert = info.Schemes
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChooseCredential{
			Asked: id, Role: hs.Role, Version: hs.Connection.Version, ServerName: info.ServerName,
			Schemes: handshake.Signing(info.Schemes), SchemesCert: schemesCert,
			Authorities: info.Authorities, CertificateTypes: info.ServerCertificateTypes, Hello: info,
			DelegatedSchemes: delegated,
		}
	})
	return &awaitServerCredential{c}, nil
}
