package engine_test

import (
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// compressionOffences are those of compressed certificates.
func compressionOffences() []offence {
	return slices.Concat(contentOffences(), compressionAnswerOffences())
}

// contentOffences are the peer's.
func contentOffences() []offence {
	byZlib, byOther := compressing(messages.CompressionZlib), compressing(messages.CompressionZstd)
	clientCompressed := func(change func(m *messages.CompressedCertificate)) func(*forge.Link) { return clientSays(change) }
	return []offence{
		// covers 8879/4/1
		{
			sentence: "a server compresses by what was not offered", refusal: "compression_not_offered", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.Algorithm = messages.CompressionBrotli }),
		},
		{
			sentence: "a client compresses by what was not offered", refusal: "compression_not_offered", by: events.Server,
			pair:  allOf(withClientCert, byZlib),
			forge: clientCompressed(func(m *messages.CompressedCertificate) { m.Algorithm = 0x7a7a }),
		},
		{
			sentence: "a server compresses its certificate unasked", refusal: "unexpected_message", by: events.Client,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, raw []byte) {
				body := raw[messages.HandshakeHeaderLen:]
				w.Message(&messages.CompressedCertificate{
					Algorithm: messages.CompressionZlib, UncompressedLength: uint32(len(body)),
					Compressed: testkit.Compress(messages.CompressionZlib, body),
				})
			}),
		},
		// covers 8879/4/2
		// covers 8879/5/3
		{
			sentence: "a compressed certificate is longer than announced", refusal: "bad_compression", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.UncompressedLength-- }),
		},
		// covers 8879/4/2
		{
			sentence: "a compressed certificate is shorter than announced", refusal: "bad_compression", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.UncompressedLength++ }),
		},
		{
			sentence: "a client's compressed certificate is shorter than announced", refusal: "bad_compression", by: events.Server,
			pair:  allOf(withClientCert, byZlib),
			forge: clientCompressed(func(m *messages.CompressedCertificate) { m.UncompressedLength += 100 }),
		},
		// covers 8879/4/6
		{
			sentence: "a compressed certificate is not compressed", refusal: "bad_compression", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.Compressed = []byte("plain") }),
		},
		{
			sentence: "a compressed certificate has a wrong checksum", refusal: "bad_compression", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.Compressed[len(m.Compressed)-1] ^= 1 }),
		},
		{
			sentence: "a byte stands behind a compressed certificate", refusal: "bad_compression", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.Compressed = append(m.Compressed, 0) }),
		},
		{
			sentence: "a compressed certificate wants a dictionary", refusal: "bad_compression", by: events.Client,
			pair:  byZlib,
			forge: compressedSays(func(m *messages.CompressedCertificate) { m.Compressed = []byte{0x78, 0x20, 0, 0, 0, 1, 3, 0} }),
		},
		// covers 8879/5/4
		{
			sentence: "a compressed certificate announces more than a message may have", refusal: "message_too_large", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) { m.UncompressedLength = 65536 - 3 }),
		},
		// covers 8879/5/1
		{
			sentence: "what was compressed is no certificate", refusal: "malformed_message", by: events.Client,
			pair: byZlib, forge: compressedSays(func(m *messages.CompressedCertificate) {
				m.Compressed, m.UncompressedLength = testkit.Compress(messages.CompressionZlib, []byte("no certificate")), 14
			}),
		},
		{
			sentence: "a server's compressed certificate is empty", refusal: "empty_server_certificate", by: events.Client,
			pair: byOther, forge: compressedSays(func(m *messages.CompressedCertificate) {
				m.Compressed, m.UncompressedLength = []byte{'c', 0, 0, 0, 0}, 4
			}),
		},
		{
			sentence: "a client declines in compressed form", refusal: "certificate_required", by: events.Server,
			pair:  allOf(byOther, func(p *testkit.Pair) { p.Server.ClientAuth = engine.RequireClientCert }),
			forge: emptyCompressed(messages.CompressionZstd),
		},
		{
			sentence: "compress_certificate lists nothing", refusal: "malformed_extension", by: events.Server,
			pair: byZlib, forge: clientSays(func(m *messages.ClientHello) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionCompressCertificate, Data: []byte{0}})
			}),
		},
		{
			sentence: "a CertificateRequest lists half an algorithm", refusal: "malformed_extension", by: events.Client,
			pair: allOf(withClientCert, byZlib), forge: serverSays(func(m *messages.CertificateRequest13) {
				forge.SetExtension(&m.Extensions, messages.Extension{Type: messages.ExtensionCompressCertificate, Data: []byte{1, 0}})
			}),
		},
		{
			sentence: "a server answers compress_certificate", refusal: "misplaced_extension", by: events.Client,
			pair: byZlib, forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.Set(&m.Extensions, &messages.CompressCertificate{Algorithms: []messages.CompressionAlgorithm{1}})
			}),
		},
	}
}

// compressionAnswerOffences are of answers to the questions.
func compressionAnswerOffences() []offence {
	byZlib, byOther := compressing(messages.CompressionZlib), compressing(messages.CompressionZstd)
	return []offence{
		{
			sentence: "an answerer cannot decompress", refusal: "bad_compression", by: events.Client,
			pair: allOf(byOther, clientAnswers(func(q *events.DecompressCertificate) events.Answer { return q.Fail(errNotCompressed) })),
		},
		{
			sentence: "an answerer decompresses to another length", refusal: "bad_compression", by: events.Client,
			pair: allOf(byOther, clientAnswers(func(q *events.DecompressCertificate) events.Answer { return q.Reply(make([]byte, q.Length+1)) })),
		},
		{
			sentence: "an answerer decompresses a client's to another length", refusal: "bad_compression", by: events.Server,
			pair: allOf(withClientCert, byOther, serverAnswers(func(q *events.DecompressCertificate) events.Answer { return q.Reply(nil) })),
		},
		{
			sentence: "an answerer compresses by what the peer does not have", refusal: "bad_answer", by: events.Server,
			pair: allOf(byZlib, serverAnswers(func(q *events.CompressCertificate) events.Answer {
				return q.Reply(messages.CompressionBrotli, []byte{1})
			})),
		},
		{
			sentence: "an answerer compresses to more than a message holds", refusal: "bad_answer", by: events.Client,
			pair: allOf(withClientCert, byZlib, clientAnswers(func(q *events.CompressCertificate) events.Answer {
				return q.Reply(q.Algorithms[0], make([]byte, 1<<24))
			})),
		},
	}
}
