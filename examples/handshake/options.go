package main

import (
	"crypto/x509"
	"flag"
	"io"
	"net"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
)

// options is the command line, checked and with its files read.
type options struct {
	connect    string
	serverName string
	roots      *x509.CertPool
	insecure   bool
	versions   flags.Versions
	legacy     flags.Legacy
	suites     []messages.CipherSuite
	alpn       []string
	send       string
	timeout    time.Duration
	retry      bool
	resume     bool
	json       bool
	verbose    bool
}

func parse(arguments []string, stderr io.Writer) (*options, error) {
	o := &options{}
	var ca, alpn, least, most string
	f := flags.New("handshake", stderr)
	f.StringVar(&o.connect, "connect", "", "`host:port` of a server; without it both ends are in memory")
	f.StringVar(&o.serverName, "servername", "", "`name` to send and to check; the default is the host, or localhost")
	f.StringVar(&ca, "ca", "", "PEM `file` of authorities to trust; without it those of the system")
	f.BoolVar(&o.insecure, "insecure", false, "take any certificate")
	f.StringVar(&least, "min", "", "least `version`, 1.2 or 1.3; the default is the greatest")
	f.StringVar(&most, "max", "", "greatest `version`, 1.2 or 1.3; the default is 1.3")
	legacy := f.Legacy("renegotiate once the handshake is complete; fails in TLS 1.3")
	f.PSK13(legacy, "offer pre-shared keys, those of sessions too, without a key exchange alone: no forward secrecy")
	f.StringVar(&alpn, "alpn", "", "application `protocols`, preferred first")
	f.StringVar(&o.send, "send", "", "`line` to send over -connect; the default is a GET")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "`duration` after which to give -connect up")
	f.BoolVar(&o.retry, "retry", false, "send no key share at first, so that the server asks for one")
	f.BoolVar(&o.resume, "resume", false, "in memory, show the resumption of an earlier handshake")
	f.BoolVar(&o.json, "json", false, "print events as JSON, one object a line")
	f.BoolVar(&o.verbose, "v", false, "show the bytes of messages")
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	var err error
	if o.versions, err = flags.ReadVersions(least, most); err != nil {
		return nil, err
	}
	if o.retry && !o.versions.Allows(messages.TLS13) {
		return nil, flags.Bad("-retry is for TLS 1.3")
	}
	if o.legacy, err = legacy.Read(o.versions); err != nil {
		return nil, err
	}
	if o.retry && o.legacy.PSKModes(true) == engine.PSKWithoutAgreement {
		return nil, flags.Bad("-retry is about the key exchange, which -psk-ke goes without")
	}
	if o.suites, _, err = (flags.Choice{Versions: o.versions, Legacy: o.legacy}).CipherSuites("psk", ""); err != nil {
		return nil, err
	}
	if o.roots, err = flags.Roots("ca", ca); err != nil {
		return nil, err
	}
	if o.alpn, err = flags.ALPN("alpn", alpn); err != nil {
		return nil, err
	}
	if o.connect == "" {
		if err := onlyRemote(f); err != nil {
			return nil, err
		}
	}
	return o, o.nameServer()
}

// onlyRemote refuses the flags that two ends in memory have no use for.
func onlyRemote(f *flags.Set) (err error) {
	f.Visit(func(given *flag.Flag) {
		switch given.Name {
		case "ca", "insecure", "send", "timeout":
			err = flags.Bad("-%s is for -connect", given.Name)
		}
	})
	return err
}

// nameServer finds the name to check where none was given.
func (o *options) nameServer() error {
	if o.connect == "" {
		if o.serverName == "" {
			o.serverName = "localhost"
		}
		return nil
	}
	host, _, err := net.SplitHostPort(o.connect)
	switch {
	case err != nil:
		return &flags.Usage{Err: err}
	case o.resume:
		return flags.Bad("-resume is for both ends in memory")
	case o.timeout <= 0:
		return flags.Bad("-timeout is more than 0")
	case o.serverName == "":
		o.serverName = host
	}
	return nil
}
