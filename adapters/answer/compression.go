package answer

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Compressor is an algorithm of certificate compression (RFC 8879, Section 3). It
// must be safe for concurrent use.
type Compressor interface {
	// Compress gives content compressed.
	Compress(content []byte) ([]byte, error)
	// Decompress gives the content, which has length bytes. The input is a
	// stranger's: it must stop with an error once there are more
	// (RFC 8879, Section 5).
	Decompress(compressed []byte, length int) ([]byte, error)
}

// Compression compresses certificates for the engines whose config has
// CertificateCompression, and keeps the results, so that a chain is compressed
// once and not for every peer. The zero value knows zlib. It is safe for
// concurrent use.
type Compression struct {
	// Others are the algorithms beside zlib, which the engine undoes itself.
	// Nothing of it may change once in use.
	Others map[messages.CompressionAlgorithm]Compressor

	mutex sync.Mutex
	kept  map[compressedKey][]byte
}

// compressedKey stands for a message and the algorithm that it is compressed by.
type compressedKey struct {
	algorithm messages.CompressionAlgorithm
	sum       [sha256.Size]byte
}

// maxKept is how many compressed messages are kept. A chain has a few: with and
// without what is stapled to it.
const maxKept = 64

// compress answers with the first of the algorithms that it knows. What does not
// become shorter goes as it is.
func (c *Compression) compress(q *events.CompressCertificate) events.Answer {
	if c == nil {
		return q.None()
	}
	for _, algorithm := range q.Algorithms {
		compressed, err := c.compressed(algorithm, q.Content)
		if err == nil && len(compressed) > 0 && len(compressed) < len(q.Content) {
			return q.Reply(algorithm, compressed)
		}
	}
	return q.None()
}

func (c *Compression) compressed(algorithm messages.CompressionAlgorithm, content []byte) ([]byte, error) {
	key := compressedKey{algorithm, sha256.Sum256(content)}
	c.mutex.Lock()
	compressed, found := c.kept[key]
	c.mutex.Unlock()
	if found {
		return compressed, nil
	}
	compressed, err := c.by(algorithm).Compress(content)
	if err != nil {
		return nil, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.kept == nil || len(c.kept) >= maxKept {
		c.kept = map[compressedKey][]byte{}
	}
	c.kept[key] = compressed
	return compressed, nil
}

// decompress answers with the content.
func (c *Compression) decompress(q *events.DecompressCertificate) events.Answer {
	if c == nil {
		return q.Fail(errNoCompressor)
	}
	content, err := c.by(q.Algorithm).Decompress(q.Compressed, q.Length)
	if err != nil {
		return q.Fail(err)
	}
	return q.Reply(content)
}

func (c *Compression) by(algorithm messages.CompressionAlgorithm) Compressor {
	if other := c.Others[algorithm]; other != nil {
		return other
	}
	if algorithm == messages.CompressionZlib {
		return deflate{}
	}
	return unknownCompressor{}
}

var errNoCompressor = errors.New("no compressor is there for the algorithm")

// deflate is zlib in one direction: the other is the engine's own.
type deflate struct{ unknownCompressor }

func (deflate) Compress(content []byte) ([]byte, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

type unknownCompressor struct{}

func (unknownCompressor) Compress([]byte) ([]byte, error)        { return nil, errNoCompressor }
func (unknownCompressor) Decompress([]byte, int) ([]byte, error) { return nil, errNoCompressor }
