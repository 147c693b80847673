package answer_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/pipe"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

// twice is a Compressor that counts what it does.
type twice struct{ compressed, decompressed int }

func (c *twice) Compress(content []byte) ([]byte, error) {
	c.compressed++
	return bytes.ReplaceAll(content, []byte("certificate"), []byte("c")), nil
}

func (c *twice) Decompress(compressed []byte, length int) ([]byte, error) {
	c.decompressed++
	content := bytes.ReplaceAll(compressed, []byte("c"), []byte("certificate"))
	if len(content) != length {
		return nil, errLength
	}
	return content, nil
}

var errLength = errors.New("another length")

// asked is a question to compress.
func asked(content string, algorithms ...messages.CompressionAlgorithm) *events.CompressCertificate {
	return &events.CompressCertificate{Algorithms: algorithms, Content: []byte(content)}
}

func TestCertificatesAreCompressedOnceAndNotForEveryPeer(t *testing.T) {
	other := &twice{}
	server := &answer.Server{Compression: &answer.Compression{
		Others: map[messages.CompressionAlgorithm]answer.Compressor{messages.CompressionZstd: other},
	}}
	for range 3 {
		reply := server.Answer(time.Time{}, asked("certificate, certificate", messages.CompressionBrotli, messages.CompressionZstd))
		compressed, ok := reply.(*events.CertificateCompressed)
		if !ok || compressed.Algorithm != messages.CompressionZstd || string(compressed.Compressed) != "c, c" {
			t.Fatalf("the answer is %v", reply)
		}
	}
	if other.compressed != 1 {
		t.Errorf("the certificate was compressed %d times", other.compressed)
	}
	// However many there are, few are kept.
	for i := range 1000 {
		server.Answer(time.Time{}, asked("certificate"+string(rune('a'+i%26))+string(rune(i)), messages.CompressionZstd))
	}
	if other.compressed != 1001 {
		t.Errorf("1001 certificates were compressed %d times", other.compressed)
	}
}

func TestWhatDoesNotBecomeShorterGoesAsItIs(t *testing.T) {
	for what, row := range map[string]struct {
		compression *answer.Compression
		algorithm   messages.CompressionAlgorithm
	}{
		"short content":        {&answer.Compression{}, messages.CompressionZlib},
		"an unknown algorithm": {&answer.Compression{}, messages.CompressionBrotli},
		"no compression":       {nil, messages.CompressionZlib},
	} {
		for _, answerer := range []answer.Answerer{&answer.Client{Compression: row.compression}, &answer.Server{Compression: row.compression}} {
			reply := answerer.Answer(time.Time{}, asked("short", row.algorithm))
			if compressed, ok := reply.(*events.CertificateCompressed); !ok || len(compressed.Compressed) != 0 {
				t.Errorf("%s: the answer is %v", what, reply)
			}
		}
	}
}

func TestWhatCannotBeDecompressedIsRefused(t *testing.T) {
	other := &answer.Compression{
		Others: map[messages.CompressionAlgorithm]answer.Compressor{messages.CompressionZstd: &twice{}},
	}
	for what, row := range map[string]struct {
		compression *answer.Compression
		algorithm   messages.CompressionAlgorithm
		length      int
		good        bool
	}{
		"the right length":     {other, messages.CompressionZstd, 11, true},
		"another length":       {other, messages.CompressionZstd, 12, false},
		"an unknown algorithm": {other, messages.CompressionBrotli, 11, false},
		"no compression":       {nil, messages.CompressionZstd, 11, false},
	} {
		q := &events.DecompressCertificate{Algorithm: row.algorithm, Compressed: []byte("c"), Length: row.length}
		for _, answerer := range []answer.Answerer{&answer.Client{Compression: row.compression}, &answer.Server{Compression: row.compression}} {
			if _, good := answerer.Answer(time.Time{}, q).(*events.CertificateDecompressed); good != row.good {
				t.Errorf("%s: decompressed is %t", what, good)
			}
		}
	}
}

// covers 8879/5/2
func TestCertificatesTravelCompressedBothWays(t *testing.T) {
	pair := testkit.NewPair("compressed")
	pair.Server.ClientAuth = engine.RequireClientCert
	both := []messages.CompressionAlgorithm{messages.CompressionZlib}
	pair.Client.CertificateCompression, pair.Server.CertificateCompression = both, both
	compress := &answer.Compression{}
	for _, answers := range []*testkit.Answers{pair.ClientAnswers, pair.ServerAnswers} {
		answers.Override = func(q events.Question) events.Answer {
			switch q.(type) {
			case *events.CompressCertificate, *events.DecompressCertificate:
				return (&answer.Client{Compression: compress}).Answer(testkit.Now, q)
			}
			return nil
		}
	}
	pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
	p := complete(t, pair)
	c, s := p.Client.Engine.Connection(), p.Server.Engine.Connection()
	if c.LocalCompression != messages.CompressionZlib || c.PeerCompression != messages.CompressionZlib {
		t.Errorf("the client says %v", &c)
	}
	if !slices.EqualFunc(c.PeerChain, s.LocalChain, bytes.Equal) || !slices.EqualFunc(s.PeerChain, c.LocalChain, bytes.Equal) {
		t.Error("another chain arrives than was sent")
	}
}

func complete(t *testing.T, pair *testkit.Pair) *pipe.Pipe {
	t.Helper()
	p := pair.Join()
	if err := p.Handshake(); err != nil {
		t.Fatalf("the handshake: %v", err)
	}
	return p
}
