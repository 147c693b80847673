package main

import (
	"crypto/rand"
	"crypto/x509"
	"io"
	"log"
	mathrand "math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/examples/quic/internal/transport"
	"github.com/tacitls/tacitls/messages"
)

// options are those of both commands, checked and with their files read.
type options struct {
	certificates []*answer.Certificate
	alpn         []string
	suites       []messages.CipherSuite
	groups       []messages.Group
	loss         int
	seed         uint64
	trace        *log.Logger // or nil
	log          *log.Logger
}

// clientOptions are those of the client.
type clientOptions struct {
	options
	connect, serverName string
	roots               *x509.CertPool
	insecure            bool
	session             string
	resume              *events.Session
	earlyData           bool
	keyUpdate           bool
	request             []byte
	timeout             time.Duration
}

// serverOptions are those of the server.
type serverOptions struct {
	options
	listen      string
	clientAuth  engine.ClientAuth
	clientRoots *x509.CertPool
	earlyData   bool
	retry       bool
}

// text is what is typed of the common options.
type text struct {
	certs, keys           flags.Strings
	alpn, suites, groups  string
	trace                 bool
	ca, request, whatAuth string
}

// common defines the flags of both commands.
func (o *options) common(f *flags.Set, t *text) {
	f.Var(&t.certs, "cert", "PEM `file` of a certificate chain; may be repeated, each with a -key")
	f.Var(&t.keys, "key", "PEM `file` of the private key of a -cert")
	f.StringVar(&t.alpn, "alpn", "echo", "application `protocols`, preferred first")
	f.StringVar(&t.suites, "suite", "", "cipher `suites` of TLS 1.3, preferred first")
	f.StringVar(&t.groups, "group", "", "`groups` for the key exchange, preferred first; a client sends a share for the first alone")
	f.IntVar(&o.loss, "loss", 0, "lose so many `percent` of the datagrams sent, send half as many twice, and have half as many overtaken")
	f.Uint64Var(&o.seed, "seed", 1, "`number` that decides which")
	f.BoolVar(&t.trace, "trace", false, "print packets, their frames, and the events of the engine on stderr")
}

// read checks what is typed of the common flags, and reads the files.
func (o *options) read(t *text, stderr io.Writer) (err error) {
	o.log = log.New(stderr, "", 0)
	if t.trace {
		o.trace = o.log
	}
	if o.loss < 0 || o.loss > 90 {
		return flags.Bad("-loss is 0 to 90")
	}
	if o.alpn, err = flags.ALPN("alpn", t.alpn); err != nil {
		return err
	}
	if o.groups, err = flags.Groups("group", t.groups); err != nil {
		return err
	}
	versions := flags.Versions{Min: messages.TLS13, Max: messages.TLS13}
	if o.suites, _, err = (flags.Choice{Versions: versions, Groups: o.groups}).CipherSuites("suite", t.suites); err != nil {
		return err
	}
	o.certificates, err = flags.Certificates(t.certs, t.keys)
	return err
}

func parseClient(arguments []string, stderr io.Writer) (*clientOptions, error) {
	o, t := &clientOptions{}, &text{}
	f := flags.New("quic client", stderr)
	f.StringVar(&o.connect, "connect", "127.0.0.1:4433", "`address` of the server")
	f.StringVar(&t.ca, "ca", "", "PEM `file` of authorities to trust; without it those of the system")
	f.StringVar(&o.serverName, "servername", "localhost", "`name` to send and to check")
	f.BoolVar(&o.insecure, "insecure", false, "take any certificate")
	f.StringVar(&o.session, "session", "", "`file` to resume from if it is there, and to keep the newest session in")
	f.BoolVar(&o.earlyData, "early-data", false, "send the request, or its beginning, as early data where -session allows; it can be replayed")
	f.BoolVar(&o.keyUpdate, "key-update", false, "change the keys for data once the handshake is confirmed")
	f.StringVar(&t.request, "request", `hello\n`, "`text` to send; \\r, \\n and \\\\ are understood")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "`duration` after which to give up")
	o.common(f, t)
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	if o.timeout <= 0 {
		return nil, flags.Bad("-timeout is more than 0")
	}
	o.request = []byte(strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\\`, `\`).Replace(t.request))
	var err error
	if o.roots, err = flags.Roots("ca", t.ca); err != nil {
		return nil, err
	}
	if o.session != "" {
		if o.resume, err = flags.ReadSession(o.session); err != nil {
			return nil, err
		}
	}
	return o, o.read(t, stderr)
}

func parseServer(arguments []string, stderr io.Writer) (*serverOptions, error) {
	o, t := &serverOptions{}, &text{}
	f := flags.New("quic server", stderr)
	f.StringVar(&o.listen, "listen", "127.0.0.1:4433", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&t.whatAuth, "client-auth", "none", "client certificate: `none`, request or require")
	f.StringVar(&t.ca, "client-ca", "", "PEM `file` of authorities for client certificates; without it any will do")
	f.BoolVar(&o.earlyData, "early-data", false, "take early data, each hello once")
	f.BoolVar(&o.retry, "retry", false, "have every client prove its address by a Retry packet")
	o.common(f, t)
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	switch t.whatAuth {
	case "none":
	case "request":
		o.clientAuth = engine.RequestClientCert
	case "require":
		o.clientAuth = engine.RequireClientCert
	default:
		return nil, flags.Bad("-client-auth is none, request or require")
	}
	var err error
	if o.clientRoots, err = flags.Roots("client-ca", t.ca); err != nil {
		return nil, err
	}
	return o, o.read(t, stderr)
}

// tls puts what both roles have into a config of the engine's.
func (o *options) tls(config *engine.Common) {
	config.Rand, config.ALPN, config.CipherSuites, config.Groups = rand.Reader, o.alpn, o.suites, o.groups
}

// transport is the config of connections.
func (o *options) transport(answers answer.Answerer, observe func(*transport.Conn, events.Event)) *transport.Config {
	config := &transport.Config{Answers: answers, Rand: rand.Reader}
	config.Observe = func(c *transport.Conn, e events.Event) {
		if o.trace != nil {
			o.trace.Printf("   %v", e)
		}
		observe(c, e)
	}
	if o.trace != nil {
		config.Trace = func(line string) { o.trace.Print(line) }
	}
	return config
}

// socket is a UDP socket that loses what it shall.
func (o *options) socket(bound *net.UDPConn) transport.Socket {
	return &transport.Lossy{Socket: bound, Percent: o.loss, Chance: mathrand.New(mathrand.NewPCG(o.seed, 0))}
}
