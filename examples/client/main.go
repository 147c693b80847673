// Client is a TLS client to try servers with: it prints a report of what was
// agreed on, a line of three dashes, and what came back.
//
// It exits with 0 only if everything went well to the server's close_notify,
// with 1 when TLS or the network failed, 2 on bad usage or an unreadable file,
// and 3 when a flag asks for a feature that is not there.
package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/examples/internal/link"
	"github.com/tacitls/tacitls/examples/internal/report"
	"github.com/tacitls/tacitls/messages"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	os.Exit(flags.Exit(os.Stderr, "client", err))
}

// finishTime is how long to wait for the server to close its side in the end.
const finishTime = time.Second

func run(arguments []string, stdout, stderr io.Writer) error {
	o, err := parse(arguments, stderr)
	if err != nil {
		return err
	}
	e, err := engine.NewClient(o.config())
	if err != nil {
		return err
	}
	deadline := time.Now().Add(o.timeout)
	conn, err := (&net.Dialer{Deadline: deadline}).Dial("tcp", o.connect)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	file := sessionFile{path: o.session, engine: e}
	l := link.New(e, conn, o.answers(), func(event events.Event) {
		o.keyLog.Note(event)
		file.note(event)
	})
	failed := o.exchange(l, stdout)
	l.Finish(finishTime)
	if failed == nil {
		failed = file.failed
	}
	return failed
}

func (o *options) config() *engine.ClientConfig {
	config := &engine.ClientConfig{
		ServerName: o.serverName, KeyShares: o.keyShares, Session: o.resume,
		// The session file may be of a run with other roots, or with none.
		ReverifyOnResume: !o.trustsEarly(time.Now()),
	}
	config.Rand = rand.Reader
	config.MinVersion, config.MaxVersion = o.versions.Min, o.versions.Max
	config.CipherSuites, config.Groups, config.ALPN = o.suites, o.groups, o.alpn
	config.KeyLog, config.RequestOCSP = o.keyLog != nil, o.ocsp
	config.RecordSizeLimit, config.MaxFragmentLength = o.recordLimit, o.maxFragment
	o.legacy.Configure(&config.Common)
	o.schemes.Configure(&config.Common)
	config.PSKModes, config.EarlyData = o.legacy.PSKModes(true), o.earlyData
	config.CertificateCompression = o.compression
	config.PostHandshakeAuth = o.later
	if o.rawKeys != nil {
		config.PeerCertificateTypes = []messages.CertificateType{messages.CertificateRawPublicKey}
	}
	return config
}

func (o *options) answers() answer.Answerer {
	return &answer.Client{Roots: o.roots, InsecureSkipVerify: o.insecure, Certificates: o.certificates, RawKeys: o.rawKeys,
		PSK: o.legacy.PSK, Compression: &answer.Compression{}}
}

// exchange does all that is done over the connection.
func (o *options) exchange(l *link.Link, stdout io.Writer) error {
	early, err := o.handshake(l)
	if err != nil {
		return err
	}
	var renegotiated error
	if o.legacy.Renegotiation != engine.RenegotiateNever {
		renegotiated = l.Renegotiate()
	}
	if fatal := l.Engine.Err(); fatal != nil {
		return fatal
	}
	text, err := report.Of(l.Engine, o.exporter, early.Rejected)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "%s---\n", text); err != nil {
		return err
	}
	if renegotiated != nil {
		_ = l.CloseWrite()
		return renegotiated
	}
	if o.ocsp && len(l.Engine.Connection().OCSP) == 0 {
		_ = l.CloseWrite()
		return &flags.Failure{Name: "no_ocsp_response", Sentence: "the server has stapled no OCSP response", Section: "RFC 6066, Section 8"}
	}
	if o.keyUpdate && l.Engine.Connection().Version == messages.TLS12 {
		_ = l.CloseWrite()
		return &flags.Failure{Name: "no_key_update", Sentence: "TLS 1.2 has no key update", Section: "RFC 8446, Section 4.6.3"}
	}
	if o.keyUpdate {
		_ = l.UpdateKeys() // as with the writes that follow, Read has the reason
	}
	if o.echo {
		return echo(l, o.request, early.Taken, stdout)
	}
	return fetch(l, o.request[early.Taken:], stdout)
}

// handshake runs the handshake, and sends of the request ahead what may go.
func (o *options) handshake(l *link.Link) (link.Early, error) {
	if !o.earlyData {
		return link.Early{}, l.Handshake()
	}
	early := o.request
	if o.echo {
		early = early[:min(len(early), echoPiece)]
	}
	return l.HandshakeEarly([]byte(early))
}
