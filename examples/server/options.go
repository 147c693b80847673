package main

import (
	"crypto/x509"
	"io"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
)

// options is the command line, checked and with its files read.
type options struct {
	listen       string
	certificates []*answer.Certificate
	clientAuth   engine.ClientAuth
	clientRoots  *x509.CertPool
	tickets      bool
	versions     flags.Versions
	legacy       flags.Legacy
	schemes      flags.Schemes
	alpn         []string
	groups       []messages.Group
	suites       []messages.CipherSuite
	echo         bool
	replySize    int
	exporter     string
	keyLog       *flags.KeyLog
	recordLimit  int
	compression  []messages.CompressionAlgorithm
	rawKeys      bool
	later        bool
	earlyData    int64
	verbose      bool
}

// text is the command line as typed.
type text struct {
	certs, keys                               flags.Strings
	least, most                               string
	clientAuth, clientCA                      string
	alpn, groups, ciphers, mode, keylog, ocsp string
	legacy                                    *flags.LegacyText
	compression                               string
}

func parse(arguments []string, stderr io.Writer) (*options, error) {
	o, t := &options{}, &text{}
	f := flags.New("server", stderr)
	f.StringVar(&o.listen, "listen", "127.0.0.1:4433", "`address` to listen on; port 0 takes a free one")
	f.Var(&t.certs, "cert", "PEM `file` of a certificate chain; may be repeated, each with a -key")
	f.Var(&t.keys, "key", "PEM `file` of the private key of a -cert")
	f.StringVar(&t.least, "min", "", "least `version`, 1.2 or 1.3; the default is the greatest")
	f.StringVar(&t.most, "max", "", "greatest `version`, 1.2 or 1.3; the default is 1.3")
	f.StringVar(&t.clientAuth, "client-auth", "none", "client certificate: `none`, request or require")
	f.StringVar(&t.clientCA, "client-ca", "", "PEM `file` of authorities for client certificates; without it any will do")
	f.BoolVar(&o.tickets, "tickets", true, "send and take session tickets")
	t.legacy = f.Legacy("let clients of TLS 1.2 renegotiate, and ask for it on GET /renegotiation")
	f.StringVar(&t.alpn, "alpn", "", "application `protocols`; a client that offers only others is refused")
	f.StringVar(&t.groups, "groups", "", "`groups` for the key exchange, preferred first")
	f.Var(&o.schemes, "schemes", "signature `schemes` to take from the peer, preferred first, such as mldsa65,ecdsa_secp256r1_sha256")
	f.StringVar(&t.ciphers, "ciphers", "", "cipher `suites`, preferred first, or all; a version without one is not used")
	f.StringVar(&t.mode, "mode", "http", "`http` or echo")
	f.IntVar(&o.replySize, "reply-size", 1024, "size of a reply's body in `bytes`, at least that of the report")
	f.StringVar(&t.ocsp, "ocsp", "", "DER `file` of the OCSP response to staple, for the first -cert")
	f.StringVar(&o.exporter, "exporter", "", "report 32 bytes of keying material for this `label`")
	f.StringVar(&t.keylog, "keylog", "", "append secrets to this `file`, for Wireshark")
	f.IntVar(&o.recordLimit, "record-size-limit", 0, "take at most so many `bytes` in a record, 64 to 16384, and tell clients that ask")
	f.BoolVar(&o.later, "pha", false, "ask for a client certificate after the handshake, on GET /secret")
	f.BoolVar(&o.rawKeys, "raw-public-key", false, "show the keys of the -cert as they are to clients that take that")
	f.BoolVar(&o.verbose, "v", false, "print every event of every connection on stderr")
	f.StringVar(&t.compression, "cert-compression", "", "certificate compression `algorithms`: zlib")
	f.PSK13(t.legacy, "allow pre-shared keys, those of tickets too, without a key exchange: no forward secrecy")
	f.Int64Var(&o.earlyData, "early-data", 0, "take up to so many `bytes` of early data, once for each ticket")
	later(f)
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	return o, o.read(t)
}

// later are the flags whose feature is not there.
func later(f *flags.Set) {
	f.LaterString("ech-key", "ECH key `file`")
}

// read checks the text and reads the files it names.
func (o *options) read(t *text) (err error) {
	if o.versions, err = flags.ReadVersions(t.least, t.most); err != nil {
		return err
	}
	if o.legacy, err = t.legacy.Read(o.versions); err != nil {
		return err
	}
	switch {
	case o.earlyData < 0 || o.earlyData > maxEarlyData:
		return flags.Bad("-early-data is 0 to %d", maxEarlyData)
	case o.earlyData > 0 && (!o.tickets || !o.versions.Allows(messages.TLS13)):
		return flags.Bad("-early-data is for tickets of TLS 1.3")
	}
	if err := flags.Label("exporter", o.exporter); err != nil {
		return err
	}
	switch t.clientAuth {
	case "none":
	case "request":
		o.clientAuth = engine.RequestClientCert
	case "require":
		o.clientAuth = engine.RequireClientCert
	default:
		return flags.Bad("-client-auth is none, request or require")
	}
	if o.echo, err = flags.Echo(t.mode); err != nil {
		return err
	}
	if o.replySize < 0 || o.replySize > maxReply {
		return flags.Bad("-reply-size is 0 to %d", maxReply)
	}
	if o.alpn, err = flags.ALPN("alpn", t.alpn); err != nil {
		return err
	}
	if o.groups, err = flags.Groups("groups", t.groups); err != nil {
		return err
	}
	choice := flags.Choice{Versions: o.versions, Legacy: o.legacy, Groups: o.groups}
	if o.suites, o.versions, err = choice.CipherSuites("ciphers", t.ciphers); err != nil {
		return err
	}
	if err := o.readFiles(t); err != nil {
		return err
	}
	o.keyLog, err = flags.OpenKeyLog(t.keylog)
	return err
}

// withoutCertificate checks what a server is to do that has none.
func (o *options) withoutCertificate(t *text) error {
	switch {
	case len(t.certs) > 0:
		return nil
	case o.legacy.PSK == nil:
		return flags.Bad("-cert and -key are needed, or a -psk")
	case o.clientAuth == engine.RequireClientCert:
		return flags.Bad("-client-auth require takes a -cert: with a -psk no client shows a certificate")
	case o.later:
		return flags.Bad("-pha takes a -cert: who has a -psk is asked for no certificate")
	case o.rawKeys:
		return flags.Bad("-raw-public-key is for the -cert")
	}
	return nil
}

// readFiles reads the certificates, and what goes with them.
func (o *options) readFiles(t *text) (err error) {
	if err := o.withoutCertificate(t); err != nil {
		return err
	}
	if o.compression, err = flags.Compression("cert-compression", t.compression); err != nil {
		return err
	}
	if o.certificates, err = flags.Certificates(t.certs, t.keys); err != nil {
		return err
	}
	if t.ocsp != "" {
		if len(o.certificates) == 0 {
			return flags.Bad("-ocsp is for the first -cert")
		}
		response, err := flags.OCSP("ocsp", t.ocsp)
		if err != nil {
			return err
		}
		o.certificates[0] = o.certificates[0].Staple(response, nil)
	}
	if o.rawKeys {
		if o.certificates, err = flags.WithRawKeys(o.certificates); err != nil {
			return err
		}
	}
	o.clientRoots, err = flags.Roots("client-ca", t.clientCA)
	return err
}
