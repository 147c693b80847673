package forge

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// protection is RFC 8446, Section 5.2, without any of the checks, so that what
// no sound sender makes can be made.
type protection struct {
	suite    *secrets.Suite
	secret   secrets.Secret
	aead     cipher.AEAD
	iv       secrets.Secret
	sequence uint64
}

func protect(suite *secrets.Suite, secret secrets.Secret) *protection {
	key, iv := suite.TrafficKeys(&secret)
	p := &protection{suite: suite, secret: secret, iv: iv}
	var err error
	if suite.ID == messages.TLS_CHACHA20_POLY1305_SHA256 {
		p.aead, err = chacha20poly1305.New(key.Bytes())
	} else {
		var block cipher.Block
		if block, err = aes.NewCipher(key.Bytes()); err == nil {
			p.aead, err = cipher.NewGCM(block)
		}
	}
	if err != nil {
		panic(fmt.Sprintf("forge: keys of %v: %v", suite.ID, err))
	}
	return p
}

// next is the protection after a key update.
func (p *protection) next() *protection {
	return protect(p.suite, secrets.NextTraffic(p.suite.Hash, &p.secret))
}

func (p *protection) nonce() []byte {
	nonce := append([]byte(nil), p.iv.Bytes()...)
	tail := nonce[len(nonce)-8:]
	binary.BigEndian.PutUint64(tail, binary.BigEndian.Uint64(tail)^p.sequence)
	p.sequence++
	return nonce
}

// open opens a record of an engine's, which is always sound.
func (p *protection) open(raw []byte) (record.ContentType, []byte) {
	inner, err := p.aead.Open(nil, p.nonce(), raw[record.HeaderLen:], raw[:record.HeaderLen])
	if err != nil {
		panic(fmt.Sprintf("forge: a record of %d bytes does not open: %v", len(raw), err))
	}
	for inner[len(inner)-1] == 0 {
		inner = inner[:len(inner)-1]
	}
	return record.ContentType(inner[len(inner)-1]), inner[:len(inner)-1]
}

// seal makes a record of any TLSInnerPlaintext.
func (p *protection) seal(inner []byte) []byte {
	header := record.Header{
		Type: record.ApplicationData, Version: uint16(messages.TLS12), Length: len(inner) + p.aead.Overhead(),
	}.Append(nil)
	return p.aead.Seal(header, p.nonce(), inner, header)
}
