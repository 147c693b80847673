package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// driven is the binding to the engine. It keeps what outlives a connection.
type driven struct {
	tickets sealer
	// kept are the sessions of a server's that have no ticket.
	kept map[string][]byte
	// session is the client's latest.
	session *events.Session
}

func newDriven() *driven { return &driven{kept: map[string][]byte{}} }

func (*driven) honours(flag string) bool { return slices.Contains(honoured, flag) }

// exchange makes one connection, from the first byte to the checks after the last.
func (d *driven) exchange(c *connection) error {
	if err := beyond(c.options); err != nil {
		return err
	}
	p, err := d.newEndpoint(c)
	if err != nil {
		return err
	}
	err = p.talk()
	if err == nil {
		if p.session != nil {
			d.session = p.session
		}
		err = p.afterwards()
	}
	settled := p.settle(err)
	p.seeBeginning()
	if difference := p.differs(settled); difference != nil {
		return difference
	}
	return settled
}

// newEndpoint makes the engine that the options ask for.
func (d *driven) newEndpoint(c *connection) (*endpoint, error) {
	p := &endpoint{c: c, tickets: &d.tickets, kept: d.kept}
	var err error
	if p.identities, err = readIdentities(c.options); err != nil {
		return nil, err
	}
	if p.keys, err = readKeys(c.options); err != nil {
		return nil, err
	}
	if c.options.Server {
		config, err := serverConfig(c.options)
		if err != nil {
			return nil, err
		}
		newServer := engine.NewServer
		if c.options.QUIC {
			newServer, p.quic = engine.NewQUICServer, newQUICTransport()
		}
		p.engine, err = newServer(config)
		if err != nil {
			return nil, &faultError{what: err.Error()}
		}
		p.server = config
		return p, nil
	}
	config, err := clientConfig(c.options)
	if err == nil {
		config.CertificateTypes = ownTypes(c.options, p.identities)
	}
	if err != nil {
		return nil, err
	}
	if c.number > 0 {
		if d.session == nil {
			return nil, errors.New("no session to offer")
		}
		config.Session, p.resumed = d.session, d.session
	}
	newClient := engine.NewClient
	switch {
	case c.options.QUIC && len(config.ALPN) == 0:
		return nil, named("NO_APPLICATION_PROTOCOL", "a client over QUIC without a protocol")
	case !c.options.QUIC && len(c.options.QUICTransportParams) > 0:
		// The engine has no such config: over a stream it asks for none.
		return nil, named("QUIC_TRANSPORT_PARAMETERS_MISCONFIGURED", "transport parameters for a byte stream")
	case c.options.QUIC:
		newClient, p.quic = engine.NewQUICClient, newQUICTransport()
	}
	p.engine, err = newClient(config)
	if err != nil {
		return nil, &faultError{what: err.Error()}
	}
	return p, nil
}

// entropy is crypto/rand: nothing in a test of the suite depends on it.
var entropy = rand.Reader

// settle turns the error of a connection into what is written about it. A failed engine must go on failing in the same way.
func (p *endpoint) settle(err error) error {
	var fatal *engine.Error
	if !errors.As(err, &fatal) {
		return err
	}
	if again := p.engine.Advance(&p.out, p.c.now); again != fatal {
		return &faultError{what: fmt.Sprintf("the engine failed with %q and then gave %v", fatal, again)}
	}
	return &namedError{reason: reasonOf(fatal, p.engine.Connection().Version), err: err}
}
