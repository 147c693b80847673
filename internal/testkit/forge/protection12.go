package forge

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// protection12 is RFC 5246, Section 6.2.3.3, without any of the checks, for
// AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905).
type protection12 struct {
	aead     cipher.AEAD
	iv       []byte
	sequence uint64
}

// protect12 is the protection of what role writes, as an end derives it.
func protect12(suite *secrets.Suite12, end *End, role events.Role) *protection12 {
	master := end.secrets[masterLabel]
	block := suite.KeyBlock(&master, &end.randoms)
	keys := &block.Client
	if role == events.Server {
		keys = &block.Server
	}
	p := &protection12{iv: keys.IV.Bytes()}
	var err error
	if len(p.iv) == chacha20poly1305.NonceSize {
		p.aead, err = chacha20poly1305.New(keys.Key.Bytes())
	} else {
		var block cipher.Block
		if block, err = aes.NewCipher(keys.Key.Bytes()); err == nil {
			p.aead, err = cipher.NewGCM(block)
		}
	}
	if err != nil {
		panic(fmt.Sprintf("forge: keys of %v: %v", suite.ID, err))
	}
	return p
}

// masterLabel names the master secret in a key log.
const masterLabel = "CLIENT_RANDOM"

// nonce gives the nonce of the next record, and the part of it that travels.
func (p *protection12) nonce() (nonce, explicit []byte) {
	sequence := binary.BigEndian.AppendUint64(nil, p.sequence)
	nonce = append([]byte(nil), p.iv...)
	if len(nonce) < chacha20poly1305.NonceSize {
		return append(nonce, sequence...), sequence
	}
	for i, b := range sequence {
		nonce[len(nonce)-len(sequence)+i] ^= b
	}
	return nonce, nil
}

func (p *protection12) additional(kind record.ContentType, length int) []byte {
	b := binary.BigEndian.AppendUint64(nil, p.sequence)
	return record.Header{Type: kind, Version: uint16(messages.TLS12), Length: length}.Append(b)
}

// open opens a record of an engine's, which is always sound.
func (p *protection12) open(kind record.ContentType, raw []byte) []byte {
	nonce, explicit := p.nonce()
	sealed := raw[record.HeaderLen+len(explicit):]
	content, err := p.aead.Open(nil, nonce, sealed, p.additional(kind, len(sealed)-p.aead.Overhead()))
	if err != nil {
		panic(fmt.Sprintf("forge: a record of %d bytes does not open: %v", len(raw), err))
	}
	p.sequence++
	return content
}

// seal makes a record of any content.
func (p *protection12) seal(kind record.ContentType, content []byte) []byte {
	nonce, explicit := p.nonce()
	sealed := p.aead.Seal(explicit, nonce, content, p.additional(kind, len(content)))
	p.sequence++
	header := record.Header{Type: kind, Version: uint16(messages.TLS12), Length: len(sealed)}
	return append(header.Append(nil), sealed...)
}
