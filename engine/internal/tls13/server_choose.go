package tls13

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
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
// a second one with a share of the group wanted, or with a cookie
// (RFC 8446, Section 4.1.1).
func AcceptClientHello(hs *handshake.Context, hello *handshake.Hello) (fsm.State, error) {
	if err := checkHello(hs, hello); err != nil {
		return nil, err
	}
	if err := features.ReadParameters(hs, &hello.Message.Extensions); err != nil {
		return nil, err
	}
	if hs.Policy.Cookies != handshake.CookiesNever && hello.Message.Extensions.Has(messages.ExtensionCookie) {
		// The first was read by another engine.
		return askOpenCookie(hs, hello)
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
	group, err := chooseGroup(hs, &c)
	switch {
	case err != nil:
		return nil, err
	case group != 0 || hs.Policy.Cookies == handshake.CookiesAlways:
		return retry(hs, c, psk, group)
	}
	skipEarlyData(hs, hello)
	return considerPSK(hs, c, psk)
}

// chooseGroup chooses the group and finds the client's share of it; where there is
// none, it gives the group to ask for. A pre-shared key may do without.
func chooseGroup(hs *handshake.Context, c *choice) (missing messages.Group, err error) {
	if c.pskOnly && !c.hello.Message.Extensions.Has(messages.ExtensionKeyShare) {
		return 0, nil
	}
	if err := needGroups(&c.hello.Message); err != nil {
		return 0, err
	}
	group, ok := handshake.First(hs.Policy.Groups, c.hello.Info.Groups)
	if !ok {
		return 0, refuse.NoMutualGroup.With("the client offers %v", handshake.Few(c.hello.Info.Groups))
	}
	shares, err := readShares(hs, c.hello)
	if err != nil {
		return 0, err
	}
	if c.group, ok = secrets.LookupGroup(group); !ok {
		return 0, refuse.Internal.With("no group %v", group)
	}
	at := slices.IndexFunc(shares, func(s messages.KeyShareEntry) bool { return s.Group == group })
	if at < 0 {
		return group, nil
	}
	c.share = shares[at].KeyExchange
	return 0, nil
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
func checkHello(hs *handshake.Context, hello *handshake.Hello) error {
	m := &hello.Message
	switch {
	case !bytes.Equal(m.CompressionMethods, []byte{0}):
		return refuse.CompressionNotNull
	case len(m.SessionID) > 0 && !hs.Dialect.Compatibility:
		return refuse.SessionIDOverQUIC.With("%d bytes", len(m.SessionID))
	}
	for _, flag := range [...]messages.ExtensionBody{&messages.EarlyDataOffer{}, &messages.CertWithExternPSK{}} {
		if _, err := hs.Get(&m.Extensions, flag); err != nil {
			return err
		}
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

// askServerCredential begins a full handshake, which has a pre-shared key beside the
// certificate if the policy wants both (RFC 8773).
func askServerCredential(hs *handshake.Context, c choice, k *chosenKey) (fsm.State, error) {
	if hs.Policy.CertificateWithPSK && k == nil {
		return nil, refuse.NoCertificateWithPSK.With("no pre-shared key serves")
	}
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
	return &awaitServerCredential{c, k}, nil
}
