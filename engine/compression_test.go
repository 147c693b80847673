package engine_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"runtime"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// compressing has both ends compress certificates.
func compressing(algorithms ...messages.CompressionAlgorithm) func(*testkit.Pair) {
	return func(p *testkit.Pair) {
		p.Client.CertificateCompression, p.Server.CertificateCompression = algorithms, algorithms
	}
}

// emptyCompressed has a client say in compressed form that it has no certificate.
func emptyCompressed(algorithm messages.CompressionAlgorithm) func(*forge.Link) {
	return instead(events.Client, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
		body := raw[messages.HandshakeHeaderLen:]
		w.Message(&messages.CompressedCertificate{
			Algorithm: algorithm, UncompressedLength: uint32(len(body)), Compressed: testkit.Compress(algorithm, body),
		})
	})
}

// visitCompressed visits the handshakes with compressed certificates.
func visitCompressed(rested map[place]*engine.Engine) {
	for _, algorithm := range []messages.CompressionAlgorithm{messages.CompressionZlib, messages.CompressionZstd} {
		pair := small("compressed " + algorithm.String())
		compressing(algorithm)(pair)
		visit(pair, rested)
		withClientCert(pair)
		visit(pair, rested)
		pair = small("nothing compressed " + algorithm.String())
		compressing(algorithm)(pair)
		pair.Server.ClientAuth = engine.RequestClientCert
		l := forge.New(pair)
		emptyCompressed(algorithm)(l)
		l.Handshake()
	}
}

// covers 8879/3/2
// covers 8879/4/3
// covers 8879/5/1
// covers 8879/5/2
func TestACompressedCertificateIsTakenAsIfItWereNot(t *testing.T) {
	for _, algorithm := range []messages.CompressionAlgorithm{messages.CompressionZlib, messages.CompressionBrotli, 0xff00} {
		pair := small("compressed")
		withClientCert(pair)
		compressing(algorithm)(pair)
		pair.Client.RequestOCSP = true
		pair.ServerAnswers.Override = stapling(pair.ServerAnswers.Identity)
		l := completes(t, pair, func(*forge.Link) {})
		c, s := l.Client.Engine.Connection(), l.Server.Engine.Connection()
		if c.PeerCompression != algorithm || c.LocalCompression != algorithm || s.PeerCompression != algorithm || s.LocalCompression != algorithm {
			t.Errorf("%v: the client says %v, the server %v", algorithm, &c, &s)
		}
		if !slices.EqualFunc(c.PeerChain, s.LocalChain, bytes.Equal) || !slices.EqualFunc(s.PeerChain, c.LocalChain, bytes.Equal) {
			t.Errorf("%v: another chain arrives than was sent", algorithm)
		}
		if string(c.OCSP) != "a response" {
			t.Errorf("%v: what was stapled is %q", algorithm, c.OCSP)
		}
	}
}

// covers 8879/4/1
func TestACertificateIsCompressedOnlyByWhatThePeerUndoes(t *testing.T) {
	const zlibAlone, none = messages.CompressionZlib, messages.CompressionAlgorithm(0)
	type list = []messages.CompressionAlgorithm
	for what, row := range map[string]struct {
		client, server list
		want           messages.CompressionAlgorithm // of the server's certificate
	}{
		"the client offers nothing":       {nil, list{zlibAlone}, none},
		"the server compresses nothing":   {list{zlibAlone}, nil, none},
		"they have nothing in common":     {list{zlibAlone}, list{messages.CompressionBrotli}, none},
		"the server's order counts":       {list{zlibAlone, messages.CompressionZstd}, list{messages.CompressionZstd, zlibAlone}, messages.CompressionZstd},
		"what the server does not have":   {list{messages.CompressionBrotli, zlibAlone}, list{zlibAlone}, zlibAlone},
		"there is no client certificate ": {list{zlibAlone}, list{zlibAlone}, zlibAlone},
	} {
		pair := small("common")
		pair.Client.CertificateCompression, pair.Server.CertificateCompression = row.client, row.server
		p := established(t, pair)
		if got := p.Server.Engine.Connection().LocalCompression; got != row.want {
			t.Errorf("%s: the server compresses by %v, want %v", what, got, row.want)
		}
		if got := p.Client.Engine.Connection().PeerCompression; got != row.want {
			t.Errorf("%s: the client tells of %v, want %v", what, got, row.want)
		}
	}
}

func TestAnAnswererMayLeaveACertificateAsItIs(t *testing.T) {
	pair := small("none")
	withClientCert(pair)
	compressing(messages.CompressionZlib)(pair)
	for _, answers := range []*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers} {
		answering(answers, func(q *events.CompressCertificate) events.Answer { return q.None() })
	}
	p := established(t, pair)
	if c := p.Client.Engine.Connection(); c.LocalCompression != 0 || c.PeerCompression != 0 {
		t.Errorf("the client says %v", &c)
	}
}

// covers 8879/3/1
func TestCompressionIsOfNoConcernInTLS12(t *testing.T) {
	for name, set := range map[string]func(*testkit.Pair){"a client of both": inLegacy, "a client of TLS 1.2": onlyLegacy} {
		pair := small("legacy")
		compressing(messages.CompressionZlib)(pair)
		set(pair)
		l := completes(t, pair, func(l *forge.Link) {
			forge.Change(l, events.Client, func(m *messages.ClientHello) {
				if m.Extensions.Has(messages.ExtensionCompressCertificate) != (name == "a client of both") {
					t.Errorf("%s: the extension is there: %t", name, m.Extensions.Has(messages.ExtensionCompressCertificate))
				}
				forge.Set(&m.Extensions, &messages.CompressCertificate{Algorithms: []messages.CompressionAlgorithm{1}})
			})
		})
		if c := l.Server.Engine.Connection(); c.LocalCompression != 0 {
			t.Errorf("%s: %v", name, &c)
		}
	}
}

func TestACompressedEmptyCertificateIsAnEmptyOne(t *testing.T) {
	for _, algorithm := range []messages.CompressionAlgorithm{messages.CompressionZlib, messages.CompressionZstd} {
		pair := small("empty")
		compressing(algorithm)(pair)
		pair.Server.ClientAuth = engine.RequestClientCert
		completes(t, pair, emptyCompressed(algorithm))
	}
}

// A few bytes that announce much take no more memory than was announced.
func TestWhatIsDecompressedIsBounded(t *testing.T) {
	var bomb bytes.Buffer
	w := zlib.NewWriter(&bomb)
	if _, err := io.CopyN(w, zeroes{}, 1<<26); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	pair := small("bomb")
	compressing(messages.CompressionZlib)(pair)
	pair.Client.MaxMessage = 1 << 17
	l := forge.New(pair)
	compressedSays(func(m *messages.CompressedCertificate) {
		m.Compressed, m.UncompressedLength = bomb.Bytes(), 1<<17-messages.HandshakeHeaderLen
	})(l)
	before := allocated()
	l.Handshake()
	wantRefusal(t, "a bomb", l.Client, "bad_compression")
	if took := allocated() - before; took > 4<<20 {
		t.Errorf("%d bytes were allocated", took)
	}
}

// allocated is how many bytes have been allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// compressedSays changes the server's compressed certificate.
func compressedSays(change func(m *messages.CompressedCertificate)) func(*forge.Link) {
	return serverSays(change)
}

var errNotCompressed = errors.New("it is not compressed")
