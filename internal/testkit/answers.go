package testkit

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Answers answers every question in the plainest way: it signs with Identity,
// trusts whatever parses, and lets a ticket be the session itself. Override,
// where it gives an answer, goes first.
type Answers struct {
	Identity *Identity
	// RawKey has the key of the identity shown as it is, to peers that take that.
	RawKey   bool
	Override func(q events.Question) events.Answer
	// Hold tells which questions to leave open. Nil answers all.
	Hold func(q events.Question) bool
	// Asked collects the questions.
	Asked []events.Question
	// Sessions are those of TLS 1.2 by identifier, as Keep has kept them.
	Sessions map[string][]byte
	// PSK is the pre-shared key of the identity "tacitls", or nil.
	PSK []byte
	// PSKHash is the hash function that the key is for in TLS 1.3, and PSKImported
	// tells that it is imported.
	PSKHash     secrets.Hash
	PSKImported bool
	// RejectEarly has early data rejected.
	RejectEarly bool
	// Supplement is the supplemental data to send.
	Supplement []messages.SupplementalDataEntry
	// Pages is what is found at the URLs of client certificates.
	Pages map[string][]byte
}

// PSKIdentity is the identity that [Answers] know a key for.
const PSKIdentity = "tacitls"

// Keep keeps a session for FindSession to ask for.
func (a *Answers) Keep(e *events.SessionEstablished) {
	if a.Sessions == nil {
		a.Sessions = map[string][]byte{}
	}
	a.Sessions[string(e.SessionID)] = e.State
}

// Answer implements the interface of the adapters.
func (a *Answers) Answer(_ time.Time, q events.Question) events.Answer {
	a.Asked = append(a.Asked, q)
	if a.Hold != nil && a.Hold(q) {
		return nil
	}
	return a.Now(q)
}

// Now answers a question, also one that Hold has left open.
func (a *Answers) Now(q events.Question) events.Answer {
	if a.Override != nil {
		if answer := a.Override(q); answer != nil {
			return answer
		}
	}
	switch q := q.(type) {
	case *events.ChooseConfig:
		return q.Keep()
	case *events.ChooseCredential:
		if a.Identity == nil {
			return q.None()
		}
		if a.RawKey && q.Takes(messages.CertificateRawPublicKey) {
			return q.Reply(a.Identity.RawCredentialIn(q.Version))
		}
		return q.Reply(a.Identity.CredentialIn(q.Version))
	case *events.Sign:
		signature, err := q.Credential.Key.(*Identity).signer(q).Sign(q.Scheme, q.Content)
		if err != nil {
			return q.Fail(err)
		}
		return q.Reply(signature)
	case *events.VerifyPeer:
		info := q.RawKey
		if len(info) == 0 {
			certificate, err := x509.ParseCertificate(q.Chain[0])
			if err != nil {
				return q.Reject(messages.AlertBadCertificate, err)
			}
			info = certificate.RawSubjectPublicKeyInfo
		}
		if q.Delegated != nil {
			info = q.Delegated.Key.PublicKeyInfo
		}
		key, err := PublicKey(info)
		if err != nil {
			return q.Reject(messages.AlertUnsupportedCertificate, err)
		}
		return q.Accept(key)
	case *events.OpenTicket:
		return q.Reply(0, q.Tickets[0].Ticket)
	case *events.SealTicket:
		return q.Reply(q.State)
	case *events.ProvideTransportParameters:
		if q.Hello == nil {
			return q.Reply([]byte("parameters of the client"))
		}
		return q.Reply([]byte("parameters of the server"))
	case *events.SealCookie:
		return q.Reply(append([]byte("cookie"), q.State...))
	case *events.OpenCookie:
		return q.Reply(bytes.TrimPrefix(q.Cookie, []byte("cookie")))
	case *events.FindSession:
		return q.Reply(a.Sessions[string(q.SessionID)])
	case *events.CompressCertificate:
		return q.Reply(q.Algorithms[0], Compress(q.Algorithms[0], q.Content))
	case *events.DecompressCertificate:
		return q.Reply(q.Compressed[1:])
	}
	return a.now12(q)
}

// now12 answers the questions of TLS 1.2.
func (a *Answers) now12(q events.Question) events.Answer {
	switch q := q.(type) {
	case *events.Decrypt:
		premaster, err := q.Credential.Key.(*Identity).Decrypt(q.Ciphertext)
		if err != nil {
			return q.Fail()
		}
		return q.Reply(premaster)
	case *events.OfferPSK:
		if a.PSK == nil {
			return q.None()
		}
		return q.Reply([]byte(PSKIdentity), a.PSK)
	case *events.ChoosePSK:
		at := slices.IndexFunc(q.Identities, func(identity []byte) bool { return string(identity) == PSKIdentity })
		if a.PSK == nil || at < 0 {
			return q.None()
		}
		return q.ReplyWith(at, a.psk())
	case *events.OfferPSKs:
		if a.PSK == nil {
			return q.None()
		}
		return q.Reply(&events.PSK{Identity: []byte("another"), Key: []byte("that nobody has")}, a.psk())
	case *events.AcceptEarlyData:
		if a.RejectEarly {
			return q.Reject()
		}
		return q.Accept()
	case *events.ProvideSupplementalData:
		return q.Reply(a.Supplement)
	case *events.FetchCertificates:
		var found [][]byte
		for _, at := range q.URLs {
			page, ok := a.Pages[string(at.URL)]
			if !ok {
				return q.Fail(errors.New("testkit: not found"))
			}
			found = append(found, page)
		}
		return q.Reply(found)
	}
	return &events.Refused{Replied: events.Replied{ID: q.Number()}, Err: errors.New("testkit: unknown question")}
}

// psk is the key as TLS 1.3 has it.
func (a *Answers) psk() *events.PSK {
	return &events.PSK{Identity: []byte(PSKIdentity), Key: a.PSK, Hash: a.PSKHash, Imported: a.PSKImported}
}

// Pair is a client and a server in the making.
type Pair struct {
	Client engine.ClientConfig
	Server engine.ServerConfig
	// ClientAnswers has no identity, ServerAnswers has one with a P-256 key.
	ClientAnswers, ServerAnswers *Answers
}

// NewPair is the plainest pair: everything at its default, entropy from seed.
func NewPair(seed string) *Pair {
	p := &Pair{
		ClientAnswers: &Answers{},
		ServerAnswers: &Answers{Identity: Server(P256)},
	}
	p.Client.Rand, p.Server.Rand = Rand("client "+seed), Rand("server "+seed)
	p.Client.ServerName = ServerName
	return p
}

// JoinQUIC is Join over QUIC, with an application protocol unless the configs have
// their own.
func (p *Pair) JoinQUIC() *pipe.Pipe {
	for _, common := range []*engine.Common{&p.Client.Common, &p.Server.Common} {
		if common.ALPN == nil {
			common.ALPN = []string{"tacitls"}
		}
	}
	client, err := engine.NewQUICClient(&p.Client)
	if err != nil {
		panic(err)
	}
	server, err := engine.NewQUICServer(&p.Server)
	if err != nil {
		panic(err)
	}
	return pipe.New(client, server, p.ClientAnswers, p.ServerAnswers, Now)
}

// Join makes the engines and joins them. It panics if a config cannot be.
func (p *Pair) Join() *pipe.Pipe {
	client, err := engine.NewClient(&p.Client)
	if err != nil {
		panic(err)
	}
	server, err := engine.NewServer(&p.Server)
	if err != nil {
		panic(err)
	}
	return pipe.New(client, server, p.ClientAnswers, p.ServerAnswers, Now)
}
