package main

import (
	"crypto/rand"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// scene is a client and a server about to meet in memory.
type scene struct {
	client                       engine.ClientConfig
	server                       engine.ServerConfig
	clientAnswers, serverAnswers answer.Answerer
	now                          time.Time
}

func newScene(o *options) (*scene, error) {
	certificate, roots, err := newCertificate(o.serverName)
	if err != nil {
		return nil, err
	}
	s := &scene{
		clientAnswers: &answer.Client{Roots: roots},
		serverAnswers: &answer.Server{
			Certificates: []*answer.Certificate{certificate},
			Tickets:      &answer.TicketKeys{},
		},
		now: time.Now(),
	}
	s.client.Rand, s.server.Rand = rand.Reader, rand.Reader
	s.client.ServerName = o.serverName
	s.client.MinVersion, s.client.MaxVersion = o.versions.Min, o.versions.Max
	s.server.MinVersion, s.server.MaxVersion = o.versions.Min, o.versions.Max
	s.client.ALPN, s.server.ALPN = o.alpn, o.alpn
	if o.resume {
		if s.client.Session, err = s.session(); err != nil {
			return nil, err
		}
	}
	if o.retry {
		s.client.KeyShares = []messages.Group{}
	}
	s.client.Trace, s.server.Trace = true, true
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
