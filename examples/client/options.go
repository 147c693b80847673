package main

import (
	"crypto/x509"
	"io"
	"strings"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/examples/internal/flags"
	"github.com/tacitls/tacitls/messages"
)

// options is the command line, checked and with its files read.
type options struct {
	connect      string
	roots        *x509.CertPool
	serverName   string
	insecure     bool
	certificates []*answer.Certificate
	versions     flags.Versions
	legacy       flags.Legacy
	schemes      flags.Schemes
	alpn         []string
	groups       []messages.Group
	keyShares    []messages.Group
	suites       []messages.CipherSuite
	session      string
	resume       *events.Session
	request      string
	echo         bool
	keyUpdate    bool
	earlyData    bool
	ocsp         bool
	compression  []messages.CompressionAlgorithm
	exporter     string
	keyLog       *flags.KeyLog
	maxFragment  int
	recordLimit  int
	timeout      time.Duration
	rawKeys      answer.RawKeys
	later        bool
}

// text is the command line as typed.
type text struct {
	ca, rawKey                     string
	certs, keys                    flags.Strings
	least, most                    string
	alpn, groups, keyShares        string
	ciphers, request, mode, keylog string
	legacy                         *flags.LegacyText
	compression                    string
}

func parse(arguments []string, stderr io.Writer) (*options, error) {
	o, t := &options{}, &text{}
	f := flags.New("client", stderr)
	f.StringVar(&o.connect, "connect", "127.0.0.1:4433", "`address` of the server")
	f.StringVar(&t.ca, "ca", "", "PEM `file` of authorities to trust; without it those of the system")
	f.StringVar(&o.serverName, "servername", "localhost", "`name` to send and to check; an address is only checked")
	f.BoolVar(&o.insecure, "insecure", false, "take any certificate")
	f.StringVar(&t.least, "min", "", "least `version`, 1.2 or 1.3; the default is the greatest")
	f.StringVar(&t.most, "max", "", "greatest `version`, 1.2 or 1.3; the default is 1.3")
	t.legacy = f.Legacy("renegotiate before the request, and when the server asks; fails in TLS 1.3")
	f.StringVar(&t.alpn, "alpn", "", "application `protocols` to offer, preferred first")
	f.StringVar(&t.groups, "groups", "", "`groups` for the key exchange, preferred first")
	f.StringVar(&t.keyShares, "key-shares", "", "`groups` to send shares for at once, or none")
	f.Var(&o.schemes, "schemes", "signature `schemes` to take from the peer, preferred first, such as mldsa65,ecdsa_secp256r1_sha256")
	f.StringVar(&t.ciphers, "ciphers", "", "cipher `suites`, preferred first, or all; a version without one is not used")
	f.Var(&t.certs, "cert", "PEM `file` of a certificate chain for servers that ask; may be repeated, each with a -key")
	f.Var(&t.keys, "key", "PEM `file` of the private key of a -cert")
	f.StringVar(&o.session, "session", "", "`file` to resume from if it is there, and to keep the newest session in")
	f.StringVar(&t.request, "request", `GET / HTTP/1.0\r\n\r\n`, "`text` to send; \\r, \\n and \\\\ are understood")
	f.StringVar(&t.mode, "mode", "http", "`http` reads until the server closes, echo reads the request back")
	f.BoolVar(&o.keyUpdate, "key-update", false, "change keys, and have the server do so, before the request; fails in TLS 1.2")
	f.BoolVar(&o.ocsp, "ocsp", false, "ask for a stapled OCSP response, and fail without one; it is not judged")
	f.StringVar(&o.exporter, "exporter", "", "report 32 bytes of keying material for this `label`")
	f.StringVar(&t.keylog, "keylog", "", "append secrets to this `file`, for Wireshark")
	f.IntVar(&o.maxFragment, "max-fragment-length", 0, "ask for records of at most so many `bytes`: 512, 1024, 2048 or 4096")
	f.IntVar(&o.recordLimit, "record-size-limit", 0, "take at most so many `bytes` in a record, 64 to 16384, and tell the server")
	f.BoolVar(&o.later, "pha", false, "offer to authenticate after the handshake, by a -cert if there is one")
	f.StringVar(&t.rawKey, "raw-public-key", "", "PEM `file` of the raw public key that the server shall show in place of a certificate")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "`duration` after which to give up")
	f.StringVar(&t.compression, "cert-compression", "", "certificate compression `algorithms`: zlib")
	f.PSK13(t.legacy, "offer pre-shared keys, those of sessions too, without a key exchange alone: no forward secrecy")
	f.BoolVar(&o.earlyData, "early-data", false, "send the request, or its beginning, as early data where -session allows; it can be replayed")
	later(f)
	if err := f.Parse(arguments); err != nil {
		return nil, err
	}
	return o, o.read(t)
}

// later are the flags whose feature is not there.
func later(f *flags.Set) {
	f.LaterString("ech-config", "ECH config `file`")
}

// read checks the text and reads the files it names.
func (o *options) read(t *text) (err error) {
	if o.versions, err = flags.ReadVersions(t.least, t.most); err != nil {
		return err
	}
	if o.legacy, err = t.legacy.Read(o.versions); err != nil {
		return err
	}
	if o.earlyData && !o.versions.Allows(messages.TLS13) {
		return flags.Bad("-early-data is for TLS 1.3")
	}
	if err := flags.Label("exporter", o.exporter); err != nil {
		return err
	}
	if o.echo, err = flags.Echo(t.mode); err != nil {
		return err
	}
	if o.timeout <= 0 {
		return flags.Bad("-timeout is more than 0")
	}
	o.request = strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\\`, `\`).Replace(t.request)
	if o.alpn, err = flags.ALPN("alpn", t.alpn); err != nil {
		return err
	}
	if o.groups, err = flags.Groups("groups", t.groups); err != nil {
		return err
	}
	if o.keyShares, err = flags.KeyShares("key-shares", t.keyShares, o.groups); err != nil {
		return err
	}
	choice := flags.Choice{Versions: o.versions, Legacy: o.legacy, Groups: o.groups}
	if o.suites, o.versions, err = choice.CipherSuites("ciphers", t.ciphers); err != nil {
		return err
	}
	if o.compression, err = flags.Compression("cert-compression", t.compression); err != nil {
		return err
	}
	if o.certificates, err = flags.Certificates(t.certs, t.keys); err != nil {
		return err
	}
	if o.roots, err = flags.Roots("ca", t.ca); err != nil {
		return err
	}
	if o.rawKeys, err = flags.RawKey("raw-public-key", t.rawKey); err != nil {
		return err
	}
	if o.session != "" {
		if o.resume, err = flags.ReadSession(o.session); err != nil {
			return err
		}
	}
	o.keyLog, err = flags.OpenKeyLog(t.keylog)
	return err
}
