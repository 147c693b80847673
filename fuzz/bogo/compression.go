package main

import (
	"bytes"
	"crypto/rand"
	"errors"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// The toy algorithms of the suite for certificates: one leaves the two zeroes out that every message begins with, one puts four bytes before it,
// and one a byte that is another one every time.
const (
	shrinking messages.CompressionAlgorithm = 0xff01
	expanding messages.CompressionAlgorithm = 0xff02
	random    messages.CompressionAlgorithm = 0xff03
)

var (
	leftOut   = []byte{0, 0}
	putBefore = []byte{1, 2, 3, 4}
)

// compressionsOf are the algorithms for certificates, in order of preference.
func compressionsOf(o *options) []messages.CompressionAlgorithm {
	switch one := messages.CompressionAlgorithm(o.InstallOneCertificateCompressionAlgorithm); {
	case o.InstallCertificateCompressionAlgorithms:
		return []messages.CompressionAlgorithm{expanding, shrinking, random}
	case one != 0:
		return []messages.CompressionAlgorithm{one}
	}
	return nil
}

func compress(q *events.CompressCertificate) (events.Answer, error) {
	algorithm := q.Algorithms[0]
	switch algorithm {
	case shrinking:
		rest, ok := bytes.CutPrefix(q.Content, leftOut)
		if !ok {
			return nil, &faultError{what: "a certificate message does not begin with zeroes"}
		}
		return q.Reply(algorithm, rest), nil
	case expanding:
		return q.Reply(algorithm, append(bytes.Clone(putBefore), q.Content...)), nil
	}
	compressed := make([]byte, 1, 1+len(q.Content))
	if _, err := rand.Read(compressed); err != nil {
		return nil, &faultError{what: err.Error()}
	}
	return q.Reply(algorithm, append(compressed, q.Content...)), nil
}

var errNotCompressed = errors.New("it was not compressed so")

func decompress(q *events.DecompressCertificate) events.Answer {
	content, ok := q.Compressed[1:], true
	switch q.Algorithm {
	case shrinking:
		content = append(bytes.Clone(leftOut), q.Compressed...)
	case expanding:
		content, ok = bytes.CutPrefix(q.Compressed, putBefore)
	}
	if !ok {
		return q.Fail(errNotCompressed)
	}
	return q.Reply(content)
}
