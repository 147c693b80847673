package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/certificate"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/examples/quic/internal/transport"
)

// serve serves clients until stop is told.
func serve(o *serverOptions, stdout io.Writer, stop <-chan os.Signal) error {
	if len(o.certificates) == 0 {
		own, _, err := certificate.New("localhost")
		if err != nil {
			return err
		}
		o.certificates = []*answer.Certificate{own}
	}
	config := &engine.ServerConfig{ClientAuth: o.clientAuth}
	o.tls(&config.Common)
	answers := &answer.Server{Certificates: o.certificates, ClientRoots: o.clientRoots, Tickets: &answer.TicketKeys{}}
	if o.earlyData {
		// QUIC has its own limits of early data: any number will do.
		config.MaxEarlyData, answers.EarlyData = 1, newGuard().Accept
	}
	policy, err := config.CompileQUIC()
	if err != nil {
		return err
	}
	at, err := net.ResolveUDPAddr("udp", o.listen)
	if err != nil {
		return err
	}
	bound, err := net.ListenUDP("udp", at)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "listening %v\n", bound.LocalAddr())
	go func() {
		<-stop
		bound.Close()
	}()
	server := &transport.Server{
		Config: o.transport(answers, func(*transport.Conn, events.Event) {}),
		New:    func() (*engine.Engine, error) { return policy.New(), nil },
		Retry:  o.retry,
	}
	return transport.Serve(o.socket(bound), server, o.echo)
}

// echo sends back what comes, as much as there is room for, and tells of a connection
// that has failed.
func (o *serverOptions) echo(c *transport.Conn) {
	var b [4096]byte
	for n := c.Read(b[:min(len(b), c.Room())]); n > 0; n = c.Read(b[:min(len(b), c.Room())]) {
		c.Write(b[:n])
	}
	if c.ReadDone() {
		c.CloseWrite()
	}
	if err := c.Err(); err != nil && c.Done() {
		o.log.Printf("%v: %s", c.Remote, flags.Describe(named(err)))
	}
}

// newGuard makes a guard that takes early data at once. A guard waits after its first
// question, lest a hello was taken before; the keys of the tickets are as new as this
// one, so that there is none, and the question is put back in time.
func newGuard() *answer.ReplayGuard {
	const window = 10 * time.Second
	guard := &answer.ReplayGuard{Window: window}
	guard.Accept(time.Now().Add(-2*window), &events.AcceptEarlyData{})
	return guard
}
