package testkit

import (
	"bytes"
	"compress/zlib"

	"github.com/tacitls/tacitls/messages"
)

// Compress compresses without making anything shorter, so that sizes depend on no
// library: zlib has its content in stored blocks, and any other algorithm puts a
// byte before it.
func Compress(algorithm messages.CompressionAlgorithm, content []byte) []byte {
	if algorithm != messages.CompressionZlib {
		return append([]byte{'c'}, content...)
	}
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.NoCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}
