package tls13

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// readPSK checks pre_shared_key, and gives it if it can be used: nil where the
// client offers none, or no mode in which the server can use it. A mode with a key
// agreement goes before one without (RFC 8446, Section 4.2.9).
func readPSK(hs *handshake.Context, c *choice) (*messages.PreSharedKeyOffer, error) {
	x := &c.hello.Message.Extensions
	var modes messages.PSKModes
	hasModes, err := hs.Get(x, &modes)
	if err != nil {
		return nil, err
	}
	mode, mutual := handshake.First(hs.Policy.PSKModes, modes.Modes)
	c.pskOnly = mutual && mode == messages.PSKModeKE
	hs.TicketsServe = mutual
	psk := &messages.PreSharedKeyOffer{}
	present, err := hs.Get(x, psk)
	switch {
	case err != nil:
		return nil, err
	case !present && hs.Policy.RequirePSK:
		return nil, refuse.PSKRequired
	case !present:
		c.pskOnly = false
		return nil, nil
	case x.List[len(x.List)-1].Type != messages.ExtensionPreSharedKey:
		return nil, refuse.PSKNotLast
	case !hasModes:
		return nil, refuse.PSKWithoutModes
	case hs.Policy.CertificateWithPSK && !x.Has(messages.ExtensionCertWithExternPSK):
		return nil, refuse.NoCertificateWithPSK
	case hs.Policy.CertificateWithPSK && x.Has(messages.ExtensionEarlyData):
		return nil, refuse.EarlyDataWithCertificate
	case len(psk.Identities) != len(psk.Binders):
		return nil, refuse.BinderCount.With("%d binders for %d identities", len(psk.Binders), len(psk.Identities))
	case !mutual && hs.Policy.RequirePSK:
		return nil, refuse.NoMutualPSK.With("%v offers %v", messages.ExtensionPSKModes, handshake.Few(modes.Modes))
	case !mutual:
		return nil, nil
	}
	return psk, nil
}

// considerPSK has the client's tickets opened, where there are any and the
// policy takes them; then the external keys looked up (RFC 8446, Section 4.2.11).
// There is no retry from here on, so that the parameters are told once.
func considerPSK(hs *handshake.Context, c choice, psk *messages.PreSharedKeyOffer) (fsm.State, error) {
	features.TellParameters(hs)
	if psk == nil {
		return askServerCredential(hs, c, nil)
	}
	if !hs.Policy.Tickets {
		return considerExternal(hs, c, psk)
	}
	tickets := make([]events.TicketIdentity, considered(psk))
	for i := range tickets {
		tickets[i] = events.TicketIdentity{
			Ticket:        psk.Identities[i].Identity,
			ObfuscatedAge: psk.Identities[i].ObfuscatedAge,
		}
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.OpenTicket{
			Asked: id, Hello: c.hello.Info, Tickets: tickets,
			SchemesCert: hs.Policy.SchemesCert, OIDFilters: hs.Policy.OIDFilters,
		}
	})
	return &awaitOpenedTicket{c, psk}, nil
}

// considered is how many of the client's identities are asked about.
func considered(psk *messages.PreSharedKeyOffer) int {
	return min(len(psk.Identities), events.MaxTicketIdentities)
}

// takeOpenedTicket resumes from a ticket that opened to a session which
// serves, or goes on without.
func takeOpenedTicket(hs *handshake.Context, s *awaitOpenedTicket, answer *events.TicketOpened) (fsm.State, error) {
	if answer.Index < 0 {
		return considerExternal(hs, s.choice, s.psk)
	}
	if answer.Index >= considered(s.psk) {
		return nil, refuse.BadAnswer.With("ticket %d", answer.Index)
	}
	session, err := events.ParseSession(slices.Clone(answer.State))
	if err != nil || !resumable(hs, s.suite, session) {
		// What opens to no session of ours, or to an old one, is no fault of
		// the client's.
		return considerExternal(hs, s.choice, s.psk)
	}
	k := &chosenKey{session: session, index: answer.Index}
	k.early = secrets.NewEarly(s.suite.Hash, session.Secret.Bytes())
	if err := verifyBinder(hs, &s.choice, s.psk, k, secrets.ResumptionPSK); err != nil {
		return nil, err
	}
	hs.Connection.Resumed = true
	handshake.RestorePeer(hs, session)
	if hs.Policy.Reverify && session.HasPeer() {
		AskReverify(hs, session)
		return &awaitClientReverified{s.choice, s.psk, k}, nil
	}
	return considerEarlyData(hs, s.choice, s.psk, k)
}

func takeClientReverified(hs *handshake.Context, s *awaitClientReverified, _ *events.PeerVerified) (fsm.State, error) {
	return considerEarlyData(hs, s.choice, s.psk, s.key)
}

// resumable tells whether a session serves this handshake: its hash must be
// that of the suite (RFC 8446, Section 4.6.1).
func resumable(hs *handshake.Context, suite *secrets.Suite, session *events.Session) bool {
	own, known := secrets.LookupSuite(session.CipherSuite)
	if !known || own.Hash != suite.Hash || session.Secret.Len() != suite.Hash.Size() {
		return false
	}
	return handshake.Resumable(hs, session)
}

// considerExternal has an external key looked up, where the policy has some and
// wants no certificate of the client's.
func considerExternal(hs *handshake.Context, c choice, psk *messages.PreSharedKeyOffer) (fsm.State, error) {
	if !hs.Policy.PSK || hs.Policy.RequireClientCert && !hs.Policy.CertificateWithPSK {
		return askServerCredential(hs, c, nil)
	}
	identities := make([][]byte, considered(psk))
	for i := range identities {
		identities[i] = psk.Identities[i].Identity
	}
	hashes := usableHashes(hs, &c)
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChoosePSK{Asked: id, Version: hs.Connection.Version, Identities: identities, Hashes: hashes}
	})
	return &awaitChosenPSK{c, psk}, nil
}

// usableHashes are those of the suites that both ends have, the one chosen first; it
// is the only one once a HelloRetryRequest has fixed it.
func usableHashes(hs *handshake.Context, c *choice) []secrets.Hash {
	hashes := []secrets.Hash{c.suite.Hash}
	if hs.Connection.Retried {
		return hashes
	}
	for _, id := range handshake.PreferSuites(hs.Policy.Suites13, c.hello.Message.CipherSuites) {
		if suite, known := secrets.LookupSuite(id); known && !slices.Contains(hashes, suite.Hash) {
			hashes = append(hashes, suite.Hash)
		}
	}
	return hashes
}

// takeChosenPSK goes on under an external key, with a suite of its hash, or with
// certificates.
func takeChosenPSK(hs *handshake.Context, s *awaitChosenPSK, answer *events.PSKChosen) (fsm.State, error) {
	if answer.Index < 0 {
		return withoutKey(hs, s.choice)
	}
	if answer.Index >= considered(s.psk) || len(answer.Key) == 0 {
		return nil, refuse.BadAnswer.With("pre-shared key %d, of %d bytes", answer.Index, len(answer.Key))
	}
	c, kind, hash := s.choice, secrets.ExternalPSK, answer.Hash
	if hash == 0 {
		hash = secrets.SHA256
	}
	if answer.Imported {
		kind = secrets.ImportedPSK
	}
	if c.suite.Hash != hash {
		suite, ok := suiteOf(hs, c.hello, hash)
		if !ok || hs.Connection.Retried {
			return withoutKey(hs, c)
		}
		c.suite = suite
	}
	k := &chosenKey{index: answer.Index, early: secrets.NewEarly(hash, answer.Key)}
	if err := verifyBinder(hs, &c, s.psk, k, kind); err != nil {
		return nil, err
	}
	hs.Connection.PSKIdentity = slices.Clone(s.psk.Identities[answer.Index].Identity)
	if hs.Policy.CertificateWithPSK {
		return askServerCredential(hs, c, k)
	}
	return sendKeyed(hs, c, k)
}

// withoutKey goes on with certificates. Where the policy wants a key too there is no
// way on, and the client is not told whether an identity is known
// (RFC 8446, Appendix E.6).
func withoutKey(hs *handshake.Context, c choice) (fsm.State, error) {
	if hs.Policy.CertificateWithPSK || hs.Policy.RequirePSK {
		return nil, refuse.PSKNotKnown
	}
	return askServerCredential(hs, c, nil)
}

// suiteOf is the first suite that both ends have and that is of a hash.
func suiteOf(hs *handshake.Context, hello *handshake.Hello, hash secrets.Hash) (*secrets.Suite, bool) {
	for _, id := range handshake.PreferSuites(hs.Policy.Suites13, hello.Message.CipherSuites) {
		if suite, known := secrets.LookupSuite(id); known && suite.Hash == hash {
			return suite, true
		}
	}
	return nil, false
}

// verifyBinder verifies that the client has the key (RFC 8446, Section 4.2.11.2).
func verifyBinder(hs *handshake.Context, c *choice, psk *messages.PreSharedKeyOffer, k *chosenKey, kind secrets.PSKKind) error {
	raw := c.hello.Raw
	binders := messages.BinderListLen(psk)
	var sum, mac [64]byte
	truncated := hs.Transcript.SumWith(c.suite.Hash, sum[:0], raw[:len(raw)-binders])
	want, _ := secrets.NewSecret(k.early.BinderMAC(kind, truncated, mac[:0]))
	if !want.EqualBytes(psk.Binders[k.index]) {
		return refuse.BadBinder
	}
	return nil
}

// sendKeyed sends the flight of a handshake under a pre-shared key.
func sendKeyed(hs *handshake.Context, c choice, k *chosenKey) (fsm.State, error) {
	f, err := sendHello(hs, c, k)
	if err != nil {
		return nil, err
	}
	return sendExtensions(hs, f)
}
