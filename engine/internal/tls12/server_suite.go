package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// candidate is a suite that both ends have, and the group that it would use.
type candidate struct {
	suite *secrets.Suite12
	group messages.Group // 0 without Diffie-Hellman
}

// beginInFull begins a full handshake: with a pre-shared key if a suite of that
// kind is best, by asking for a credential otherwise.
func beginInFull(hs *handshake.Context, c choice) (fsm.State, error) {
	var err error
	if c.candidates, err = candidates(hs, c.hello); err != nil {
		return nil, err
	}
	best := c.candidates[0]
	if best.suite.KeyExchange.UsesPSK() {
		return sendPSKFlight(hs, c, best)
	}
	info := c.hello.Info
	transport := slices.ContainsFunc(c.candidates, func(c candidate) bool { return c.suite.KeyExchange.TransportsRSA() })
	usable := slices.DeleteFunc(slices.Clone(info.Schemes), func(s messages.SignatureScheme) bool {
		return !slices.ContainsFunc(c.candidates, func(c candidate) bool { return c.signedBy(s) })
	})
	if len(info.Schemes) == 0 && !transport {
		// RFC 5246, Section 7.4.1.4.1: without the extension the client takes
		// SHA-1, which this end does not sign with.
		return nil, refuse.NoMutualScheme.With("the client sent no signature_algorithms")
	}
	schemesCert := info.SchemesCert
	if schemesCert == nil {
		schemesCert = info.Schemes
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChooseCredential{
			Asked: id, Role: hs.Role, Version: hs.Connection.Version, ServerName: info.ServerName,
			Schemes: usable, SchemesCert: schemesCert, KeyTransport: transport, Authorities: info.Authorities,
			CertificateTypes: info.ServerCertificateTypes, Hello: info,
		}
	})
	return &awaitServerCredential12{c}, nil
}

// candidates are the suites that both ends have and for which there is all but
// the credential, in the order of the policy.
func candidates(hs *handshake.Context, hello *handshake.Hello) ([]candidate, error) {
	curve, hasCurve := chooseCurve(hs, hello)
	field, hasField, custom := chooseField(hs, hello)
	cbc := mayUseCBC(hs, hello)
	mutual := handshake.PreferSuites(hs.Policy.Suites12, hello.Message.CipherSuites)
	list := make([]candidate, 0, len(mutual))
	withheld := false
	for _, id := range mutual {
		suite, known := secrets.LookupSuite12(id)
		if !known || !suite.AEAD() && !cbc || suite.KeyExchange.UsesPSK() && !mayUsePSK(hs, hello) {
			continue
		}
		switch {
		case suite.KeyExchange.Curves() && hasCurve:
			list = append(list, candidate{suite, curve})
		case suite.KeyExchange.FiniteField() && hasField:
			list = append(list, candidate{suite, field})
		case suite.KeyExchange.FiniteField():
			withheld = custom
		case !suite.KeyExchange.Ephemeral():
			list = append(list, candidate{suite: suite})
		}
	}
	switch {
	case len(list) > 0:
		return list, nil
	case withheld:
		return nil, refuse.InsufficientSecurity
	}
	return nil, noMutualSuite(hello)
}

func noMutualSuite(hello *handshake.Hello) error {
	return refuse.NoMutualSuite.With("the client offers %v", hello.Message.CipherSuites)
}

// mayUseCBC tells whether the policy has CBC for this client, in a resumption too:
// whether the MAC comes last is agreed on anew there (RFC 7366, Section 3).
func mayUseCBC(hs *handshake.Context, hello *handshake.Hello) bool {
	return mayDoWithoutEncryptThenMAC(hs, hello.Previous) || hello.Message.Extensions.Has(messages.ExtensionEncryptThenMAC)
}

// mayUsePSK tells whether a pre-shared key may stand for a client's certificate:
// not where one is required, nor where the client has shown one before.
func mayUsePSK(hs *handshake.Context, hello *handshake.Hello) bool {
	return !hs.Policy.RequireClientCert && (hello.Previous == nil || !hasShown(hello.Previous))
}

// chooseCurve chooses the group of ECDHE. A client without supported_groups takes
// any (RFC 8422, Section 4).
func chooseCurve(hs *handshake.Context, hello *handshake.Hello) (messages.Group, bool) {
	ours, offered := hs.Policy.Curves, hello.Info.Groups
	if !hello.Message.Extensions.Has(messages.ExtensionSupportedGroups) {
		offered = ours
	}
	return handshake.First(ours, offered)
}

// chooseField chooses the group of DHE. A client that names some group of the kind
// gets one of those or none; any other takes what the server has, since it knows
// no names (RFC 7919, Section 4).
func chooseField(hs *handshake.Context, hello *handshake.Hello) (group messages.Group, ok, named bool) {
	ours, offered := hs.Policy.FiniteFields, hello.Info.Groups
	named = slices.ContainsFunc(offered, handshake.FiniteField)
	if !named {
		offered = ours
	}
	group, ok = handshake.First(ours, offered)
	return group, ok, named
}

// fits tells whether a credential serves a candidate, and the scheme to sign
// with, if the suite has anything signed.
func (c candidate) fits(credential *events.Credential, schemes []messages.SignatureScheme) (messages.SignatureScheme, bool) {
	if c.suite.KeyExchange == secrets.KeyExchangeRSA {
		return 0, credential.Decrypts
	}
	at := slices.IndexFunc(schemes, c.signedBy)
	if at < 0 {
		return 0, false
	}
	return schemes[at], true
}

// signedBy tells whether a scheme authenticates the suite
// (RFC 5246, Section 7.4.3, and RFC 8422, Section 2).
func (c candidate) signedBy(scheme messages.SignatureScheme) bool {
	if !c.suite.KeyExchange.Signed() || tooNew(scheme) {
		return false
	}
	if ecdsaSign(scheme) {
		return c.suite.Authentication == secrets.AuthenticationECDSA
	}
	return c.suite.Authentication == secrets.AuthenticationRSA
}
