package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
)

// How long a client may take, so that none is waited for without end.
const (
	handshakeTime = 10 * time.Second
	requestTime   = 30 * time.Second
	idleTime      = 5 * time.Minute
	finishTime    = 2 * time.Second
)

// server serves any number of clients, each in a goroutine of its own that
// shares nothing but what never changes.
type server struct {
	*options
	config  engine.ServerConfig
	answers answer.Server
	log     *log.Logger
}

func newServer(o *options, stderr io.Writer) (*server, error) {
	s := &server{options: o, log: log.New(stderr, "", 0)}
	s.config.Rand = rand.Reader
	s.config.MinVersion, s.config.MaxVersion = o.versions.Min, o.versions.Max
	s.config.CipherSuites, s.config.Groups, s.config.ALPN = o.suites, o.groups, o.alpn
	s.config.KeyLog, s.config.Trace = o.keyLog != nil, o.verbose
	s.config.RecordSizeLimit = o.recordLimit
	o.legacy.Configure(&s.config.Common)
	o.schemes.Configure(&s.config.Common)
	s.config.CertificateCompression, s.answers.Compression = o.compression, &answer.Compression{}
	s.config.ClientAuth, s.config.NoTickets = o.clientAuth, !o.tickets
	s.answers.Certificates, s.answers.ClientRoots = o.certificates, o.clientRoots
	s.config.PSKModes = o.legacy.PSKModes(false)
	if o.legacy.PSK != nil {
		s.answers.PSK = answer.NewPSKTable(o.legacy.PSK).Lookup
	}
	if o.earlyData > 0 {
		// No ticket is older than the keys, which are as new as this.
		once := &answer.SingleUse{Store: &answer.OnceMemory{Since: time.Now().Add(-time.Second)}}
		s.config.MaxEarlyData, s.answers.EarlyData = uint32(o.earlyData), once.Accept
	}
	if o.tickets {
		s.answers.Tickets = &answer.TicketKeys{}
	}
	if o.versions.Allows(messages.TLS12) {
		s.config.Sessions, s.answers.Sessions = true, &answer.SessionCache{}
	}
	// A config that cannot be is known before anybody connects.
	_, err := engine.NewServer(&s.config)
	return s, err
}

func (s *server) serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			go s.converse(conn)
		case errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Such as too many open files: the clients there are will end.
			s.log.Printf("accept: %v", err)
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// converse serves one client.
func (s *server) converse(conn net.Conn) {
	defer conn.Close()
	e, err := engine.NewServer(&s.config)
	if err != nil {
		s.log.Printf("%v: %v", conn.RemoteAddr(), err)
		return
	}
	l := link.New(e, conn, &s.answers, func(event events.Event) {
		s.keyLog.Note(event)
		if s.verbose {
			s.log.Printf("%v: %v", conn.RemoteAddr(), event)
		}
	})
	if err := s.exchange(conn, l); err != nil {
		s.log.Printf("%v: %s", conn.RemoteAddr(), flags.Describe(err))
	}
	l.Finish(finishTime)
}

func (s *server) exchange(conn net.Conn, l *link.Link) error {
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		return err
	}
	if err := l.Handshake(); err != nil {
		return err
	}
	if s.verbose {
		text, err := s.report(l)
		if err != nil {
			return err
		}
		s.log.Printf("%v: %s", conn.RemoteAddr(), strings.ReplaceAll(strings.TrimSpace(text), "\n", " "))
	}
	if s.echo {
		return echo(conn, l)
	}
	if err := conn.SetDeadline(time.Now().Add(requestTime)); err != nil {
		return err
	}
	return s.reply(l)
}

// echo writes back whatever comes in one read in one write.
func echo(conn net.Conn, l *link.Link) error {
	for {
		if err := conn.SetDeadline(time.Now().Add(idleTime)); err != nil {
			return err
		}
		data, err := l.Read()
		switch {
		case errors.Is(err, io.EOF):
			return l.CloseWrite()
		case err != nil:
			return err
		}
		if err := l.Write(data); err != nil {
			return err
		}
	}
}

const (
	// maxRequest bounds a request in bytes, maxReply the body of a reply.
	maxRequest = 1 << 14
	maxReply   = 1 << 28
	// maxEarlyData bounds early data, which is held until the handshake is complete.
	maxEarlyData = 1 << 20
)

// reply reads a request up to its empty line, does what its path asks for, and
// answers it with the report.
func (s *server) reply(l *link.Link) error {
	var request []byte
	for !complete(request) && len(request) < maxRequest {
		data, err := l.Read()
		switch {
		case errors.Is(err, io.EOF):
			return l.CloseWrite()
		case err != nil:
			return err
		}
		request = append(request, data...)
	}
	status, err := s.perform(l, path(request))
	if err != nil {
		return err
	}
	// The report is that of the last handshake.
	text, err := s.report(l)
	if err != nil {
		return err
	}
	if s.later && path(request) == "/secret" {
		var err error
		if status, text, err = s.authenticate(l, text); err != nil {
			return err
		}
	}
	if err := l.Write(response(status, text, s.replySize)); err != nil {
		return err
	}
	return l.CloseWrite()
}

// perform does what a path asks for, and gives the status of the reply.
func (s *server) perform(l *link.Link, path string) (status string, err error) {
	legacy := l.Engine.Connection().Version == messages.TLS12
	switch {
	case path == "/keyupdate" && legacy:
		return "501 TLS 1.2 has no key update", nil
	case path == "/keyupdate":
		return ok, l.UpdateKeys()
	case path != "/renegotiation":
		return ok, nil
	case !legacy:
		return "501 TLS 1.3 has no renegotiation", nil
	}
	err = l.Renegotiate()
	var declined *flags.Failure
	switch {
	case errors.As(err, &declined):
		return "501 the client declines", nil
	case errors.Is(err, engine.ErrMisuse):
		return "501 this server, or this connection, does not renegotiate", nil
	}
	return ok, err
}

const ok = "200 OK"

// authenticate asks for the client's certificate, and reports anew.
func (s *server) authenticate(l *link.Link, text string) (status, report string, err error) {
	shown, err := l.Authenticate()
	switch {
	case errors.Is(err, engine.ErrMisuse), errors.Is(err, engine.ErrNotReady):
		return "403 the client does not authenticate after the handshake", text, nil
	case err != nil:
		return "", "", err
	case !shown:
		return "403 the client has shown no certificate", text, nil
	}
	report, err = s.report(l)
	return ok, report, err
}

func (s *server) report(l *link.Link) (string, error) { return report.Of(l.Engine, s.exporter, false) }

func complete(request []byte) bool {
	return bytes.Contains(request, []byte("\r\n\r\n")) || bytes.Contains(request, []byte("\n\n"))
}

// path is the second word of a request.
func path(request []byte) string {
	words := strings.Fields(string(request))
	if len(words) < 2 {
		return ""
	}
	return words[1]
}

// response has the report as its body, padded to size with lines of dots.
func response(status, text string, size int) []byte {
	size = max(size, len(text))
	reply := fmt.Appendf(nil, "HTTP/1.0 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", status, size, text)
	const width = 64
	for missing := size - len(text); missing > 0; missing -= width {
		line := min(width, missing)
		reply = append(reply, strings.Repeat(".", line-1)...)
		reply = append(reply, '\n')
	}
	return reply
}
