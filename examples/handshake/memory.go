package main

import (
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/certificate"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/messages"
)

// scene is a client and a server about to meet in memory.
type scene struct {
	client                       engine.ClientConfig
	server                       engine.ServerConfig
	clientAnswers, serverAnswers answer.Answerer
	now                          time.Time
	renegotiate                  bool
}

func newScene(o *options) (*scene, error) {
	own, roots, err := certificate.New(o.serverName)
	if err != nil {
		return nil, err
	}
	s := &scene{
		clientAnswers: &answer.Client{Roots: roots, PSK: o.legacy.PSK},
		now:           time.Now(),
		renegotiate:   o.legacy.Renegotiation != engine.RenegotiateNever,
	}
	serverAnswers := &answer.Server{Certificates: []*answer.Certificate{own}, Tickets: &answer.TicketKeys{}}
	if psk := o.legacy.PSK; psk != nil {
		serverAnswers.PSK = answer.NewPSKTable(psk).Lookup
	}
	s.serverAnswers = serverAnswers
	for _, common := range []*engine.Common{&s.client.Common, &s.server.Common} {
		o.configure(common)
	}
	s.client.ServerName = o.serverName
	s.client.PSKModes, s.server.PSKModes = o.legacy.PSKModes(true), o.legacy.PSKModes(false)
	if o.resume {
		if s.client.Session, err = s.session(); err != nil {
			return nil, err
		}
	}
	if o.retry {
		s.client.KeyShares = []messages.Group{}
	}
	return s, nil
}

// session is that of a handshake which nobody is told of.
func (s *scene) session() (*events.Session, error) {
	p, err := s.join(s.clientAnswers, s.serverAnswers)
	if err != nil {
		return nil, err
	}
	if err := p.Handshake(); err != nil {
		return nil, err
	}
	return p.Client.Sessions[0], nil
}

// play runs the handshake and tells n.
func (s *scene) play(n *account) error {
	p, err := s.join(&witness{s.clientAnswers, events.Client, n}, &witness{s.serverAnswers, events.Server, n})
	if err != nil {
		return err
	}
	p.Observe = n.event
	if err := p.Handshake(); err != nil {
		return err
	}
	n.finish()
	if s.renegotiate {
		return renegotiate(p, n)
	}
	return nil
}

// renegotiate has the client begin another handshake.
func renegotiate(p *pipe.Pipe, n *account) error {
	if p.Client.Engine.Connection().Version != messages.TLS12 {
		return link.ErrNoRenegotiation
	}
	n.again()
	if err := p.Do(events.Client, (*engine.Engine).Renegotiate); err != nil {
		return err
	}
	if err := p.Run(); err != nil {
		return err
	}
	if !p.Client.Engine.Connection().Renegotiated {
		return link.ErrDeclined
	}
	n.finish()
	return nil
}

func (s *scene) join(clientAnswers, serverAnswers answer.Answerer) (*pipe.Pipe, error) {
	client, err := engine.NewClient(&s.client)
	if err != nil {
		return nil, err
	}
	server, err := engine.NewServer(&s.server)
	if err != nil {
		return nil, err
	}
	return pipe.New(client, server, clientAnswers, serverAnswers, s.now), nil
}
