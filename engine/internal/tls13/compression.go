package tls13

import (
	"bytes"
	"compress/zlib"
	"io"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Certificates may travel compressed, in either direction (RFC 8879). What is
// sent is compressed by the caller, who can keep the result; what is received by
// zlib is decompressed here, and by others by the caller.

// maxCompressed is what fits into the message beside its other fields
// (RFC 8879, Section 4).
const maxCompressed = messages.MaxHandshakeLen - 2 - 3 - 3

// uncompressed is a Certificate message whose compressed form is asked for.
type uncompressed struct {
	raw        []byte // with its header
	algorithms []messages.CompressionAlgorithm
	credential *events.Credential
	signing
}

// commonCompression are the algorithms of ours that the peer undoes, as its
// extensions say.
func commonCompression(hs *handshake.Context, theirs *messages.Extensions) ([]messages.CompressionAlgorithm, error) {
	if len(hs.Policy.CertificateCompression) == 0 {
		return nil, nil
	}
	var offer messages.CompressCertificate
	if _, err := hs.Get(theirs, &offer); err != nil {
		return nil, err
	}
	return handshake.Common(hs.Policy.CertificateCompression, offer.Algorithms), nil
}

// askCompress asks for a Certificate message to be compressed.
func askCompress(hs *handshake.Context, u *uncompressed, m *messages.Certificate13) error {
	raw, err := hs.Marshal(m)
	if err != nil {
		return err
	}
	u.raw = bytes.Clone(raw)
	hs.Ask(func(id events.Asked) events.Question {
		return &events.CompressCertificate{
			Asked: id, Credential: u.credential, Algorithms: u.algorithms, Content: u.raw[messages.HandshakeHeaderLen:],
		}
	})
	return nil
}

// sendCompressed sends it, compressed or as it was.
func sendCompressed(hs *handshake.Context, u *uncompressed, answer *events.CertificateCompressed) error {
	switch size := len(answer.Compressed); {
	case size == 0:
		hs.SendRaw(u.raw)
		return nil
	case size > maxCompressed:
		return refuse.BadAnswer.With("a compressed certificate of %d bytes", size)
	case !slices.Contains(u.algorithms, answer.Algorithm):
		return refuse.BadAnswer.With("a certificate compressed by %v", answer.Algorithm)
	}
	hs.Connection.LocalCompression = answer.Algorithm
	return hs.Send(&messages.CompressedCertificate{
		Algorithm:          answer.Algorithm,
		UncompressedLength: uint32(len(u.raw) - messages.HandshakeHeaderLen),
		Compressed:         answer.Compressed,
	})
}

// announced is a compressed certificate of the peer's that the caller
// decompresses.
type announced struct{ length int }

// decompress takes a compressed certificate: either it gives the message in it, or
// asks for its content (RFC 8879, Section 4). The bound is that of a message in
// clear (RFC 8879, Section 5).
func decompress(hs *handshake.Context, m *messages.CompressedCertificate) (*messages.Certificate13, announced, error) {
	policy, length := hs.Policy, int(m.UncompressedLength)
	switch {
	case len(policy.CertificateCompression) == 0:
		return nil, announced{}, refuse.UnexpectedMessage.With("%v, which was not offered", m.Type())
	case !slices.Contains(policy.CertificateCompression, m.Algorithm):
		return nil, announced{}, refuse.CompressionNotOffered.With("%v", m.Algorithm)
	case length+messages.HandshakeHeaderLen > policy.MaxMessage:
		return nil, announced{}, refuse.MessageTooLarge.With("%d bytes once decompressed, the most is %d", length, policy.MaxMessage)
	}
	hs.Connection.PeerCompression = m.Algorithm
	if m.Algorithm != messages.CompressionZlib {
		hs.Ask(func(id events.Asked) events.Question {
			return &events.DecompressCertificate{Asked: id, Algorithm: m.Algorithm, Compressed: m.Compressed, Length: length}
		})
		return nil, announced{length}, nil
	}
	content, err := inflate(m.Compressed, length)
	if err != nil {
		return nil, announced{}, err
	}
	certificate, err := decompressed(hs, announced{length}, content)
	return certificate, announced{}, err
}

// decompressed reads the content as a message in clear.
func decompressed(hs *handshake.Context, a announced, content []byte) (*messages.Certificate13, error) {
	if len(content) != a.length {
		return nil, refuse.BadCompression.With("%d bytes, %d were announced", len(content), a.length)
	}
	m := &messages.Certificate13{}
	return m, hs.Decode(content, m)
}

// inflate undoes zlib, of exactly so many bytes and nothing behind them
// (RFC 1950). It allocates no more than that and the decoder's own window.
func inflate(compressed []byte, length int) ([]byte, error) {
	source := bytes.NewReader(compressed)
	decoder, err := zlib.NewReader(source)
	if err != nil {
		return nil, refuse.BadCompression.With("%v", err)
	}
	content := make([]byte, length)
	if n, err := io.ReadFull(decoder, content); err != nil {
		return nil, refuse.BadCompression.With("it ends after %d bytes of %d: %v", n, length, err)
	}
	// The checksum stands behind the last byte.
	switch n, err := decoder.Read(make([]byte, 1)); {
	case n > 0:
		return nil, refuse.BadCompression.With("more than %d bytes", length)
	case err != io.EOF:
		return nil, refuse.BadCompression.With("%v", err)
	case source.Len() > 0:
		return nil, refuse.BadCompression.With("%d bytes stand behind it", source.Len())
	}
	return content, nil
}
