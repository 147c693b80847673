package secrets

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// recording is a connection two OpenSSL programs had, and what they told of it.
type recording struct {
	lines      []string
	order      CBCOrder
	extended   bool
	master     []byte
	psk        []byte
	exported   []byte
	randoms    Randoms
	suite      *Suite12
	keys       KeyBlock
	openers    map[byte]*Opener12
	transcript Transcript
	messages   Transcript
	certified  map[byte]any
	content    map[byte][]byte
	finished   int
}

func readRecording(t *testing.T, path string) *recording {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	r := &recording{openers: map[byte]*Opener12{}, certified: map[byte]any{}, content: map[byte][]byte{}}
	for line := range strings.Lines(string(text)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "mac":
			r.order = map[string]CBCOrder{"first": MACThenEncrypt, "last": EncryptThenMAC}[rest]
		case "master":
			r.extended = rest == "extended"
		case "master_secret":
			r.master = unhex(t, rest)
		case "psk":
			r.psk = unhex(t, rest)
		case "exported":
			r.exported = unhex(t, rest)
		case ">", "<":
			r.lines = append(r.lines, line)
		}
	}
	return r
}

// covers 5246/6.2.3.3/1
// covers 5246/7.4.9/2
// covers 7627/5.1/1
// covers 7627/5.2/4
func TestConnectionsOfOpenSSLAreUnderstoodToTheByte(t *testing.T) {
	paths, err := filepath.Glob("testdata/tls12/*.txt")
	if err != nil || len(paths) != 15 {
		t.Fatalf("%d recordings, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			r := readRecording(t, path)
			for _, line := range r.lines {
				r.readRecord(t, line[0], unhex(t, strings.TrimSpace(line[2:])))
			}
			if r.finished != 2 {
				t.Errorf("%d Finished messages", r.finished)
			}
			wantBytes(t, "what the client said", r.content['>'], []byte("hello from the client\n"))
			wantBytes(t, "what the server said", r.content['<'], []byte("tneilc eht morf olleh\n"))
			exported := make([]byte, len(r.exported))
			err := Export12(r.suite.Hash, secretOf(t, r.master), &r.randoms, "EXPORTER-test", nil, exported)
			wantError(t, "exporting", err, nil)
			wantBytes(t, "what was exported", exported, r.exported)
		})
	}
}

func (r *recording) readRecord(t *testing.T, side byte, record []byte) {
	t.Helper()
	contentType, content := record[0], record[HeaderLen:]
	if contentType == 20 {
		r.changeCipherSpec(t, side)
		return
	}
	if opener := r.openers[side]; opener != nil {
		r.resealed(t, side, opener, record)
		var err error
		content, contentType, err = opener.Open(nil, record[:HeaderLen], record[HeaderLen:])
		if err != nil {
			t.Fatalf("record %d of %c: %v", opener.Sequence(), side, err)
		}
	}
	switch contentType {
	case 22:
		for len(content) > 0 {
			length := 4 + int(content[1])<<16 + int(content[2])<<8 + int(content[3])
			r.readMessage(t, side, content[:length])
			content = content[length:]
		}
	case 23:
		r.content[side] = append(r.content[side], content...)
	}
}

// resealed seals what a record holds under the same explicit nonce or IV, and
// wants the same record.
func (r *recording) resealed(t *testing.T, side byte, opener *Opener12, record []byte) {
	t.Helper()
	content, contentType, err := opener.Fork().Open([]byte{}, record[:HeaderLen], record[HeaderLen:])
	wantError(t, "opening a fork", err, nil)
	explicit := record[HeaderLen : HeaderLen+r.suite.explicitLen()]
	keys := &r.keys.Client
	if side == '<' {
		keys = &r.keys.Server
	}
	s, err := NewSealer12(r.suite, keys, opener.p.order, bytes.NewReader(explicit))
	wantError(t, "a sealer", err, nil)
	s.p.next = opener.Sequence()
	got, err := s.Seal(nil, contentType, content, 0)
	wantError(t, "sealing", err, nil)
	if r.suite.AEAD() && len(explicit) > 0 && !bytes.Equal(got[HeaderLen:HeaderLen+8], explicit) {
		// OpenSSL's explicit nonces start at random; ours are the sequence numbers.
		if len(got) != len(record) {
			t.Errorf("resealed to %d bytes, not %d", len(got), len(record))
		}
		return
	}
	wantBytes(t, "the record resealed", got, record)
}

func (r *recording) changeCipherSpec(t *testing.T, side byte) {
	t.Helper()
	order := r.order
	if r.suite.AEAD() {
		order = MACThenEncrypt
	}
	r.keys = r.suite.KeyBlock(secretOf(t, r.master), &r.randoms)
	keys := &r.keys.Client
	if side == '<' {
		keys = &r.keys.Server
	}
	opener, err := NewOpener12(r.suite, keys, order)
	wantError(t, "an opener", err, nil)
	r.openers[side] = opener
}

func (r *recording) readMessage(t *testing.T, side byte, raw []byte) {
	t.Helper()
	body := raw[4:]
	switch raw[0] {
	case 1:
		copy(r.randoms.Client[:], body[2:])
	case 2:
		copy(r.randoms.Server[:], body[2:])
		id := binary.BigEndian.Uint16(body[35+int(body[34]):])
		r.suite = suite12Of(t, messages.CipherSuite(id))
		r.transcript.Use(r.suite.Hash)
	case 11:
		certificate, err := x509.ParseCertificate(body[6 : 6+int(body[4])<<8+int(body[5])])
		wantError(t, "the certificate", err, nil)
		r.certified[side] = certificate.PublicKey
		if side == '<' && !r.suite.FitsKey(certificate.PublicKey) {
			t.Error("the certificate does not serve the suite")
		}
	case 12:
		if r.suite.KeyExchange.Signed() {
			params := body[:4+int(body[3])]
			r.verify(t, side, KeyExchangeInput12(nil, &r.randoms, params), body[len(params):])
		}
	case 15:
		r.verify(t, side, r.messages.Kept(), body)
	case 20:
		sender := ClientSender
		if side == '<' {
			sender = ServerSender
		}
		got := FinishedMAC12(r.suite.Hash, secretOf(t, r.master), sender, r.transcript.Sum(nil), nil)
		wantBytes(t, "verify_data", got, body)
		r.finished++
	}
	r.transcript.Add(raw)
	r.messages.Add(raw)
	if raw[0] == 16 {
		r.agree(t, body)
	}
}

// verify checks a scheme and a signature under the key of a side.
func (r *recording) verify(t *testing.T, side byte, signed, scheme []byte) {
	t.Helper()
	signature := scheme[4:]
	err := VerifySignature(Rules12, r.certified[side], messages.SignatureScheme(binary.BigEndian.Uint16(scheme)), signed, signature)
	wantError(t, "a signature", err, nil)
}

// agree works out the master secret, where the premaster secret can be known: from
// the server's RSA key, which is that of signature_test.go, or from the PSK.
func (r *recording) agree(t *testing.T, body []byte) {
	t.Helper()
	k := r.suite.KeyExchange
	var other, premaster []byte
	if k == KeyExchangeRSAPSK {
		body = body[2+int(body[0])<<8+int(body[1]):]
	}
	if k.TransportsRSA() {
		block := new(big.Int).Exp(new(big.Int).SetBytes(body[2:]), rsaKey(t).D, rsaKey(t).N).FillBytes(make([]byte, len(body)-2))
		wantBytes(t, "the beginning of the padding", block[:2], []byte{0, 2})
		decrypted := block[len(block)-RSAPremasterLen:]
		secret := RSAPremaster(messages.TLS12, decrypted, new([RSAPremasterLen]byte))
		other, premaster = secret.Bytes(), secret.Bytes()
	}
	switch {
	case k == KeyExchangePSK || k == KeyExchangeRSAPSK:
		premaster = AppendPSKPremaster(nil, other, r.psk)
	case k != KeyExchangeRSA:
		return
	}
	got := MasterSecret(r.suite.Hash, premaster, &r.randoms)
	if r.extended {
		got = ExtendedMasterSecret(r.suite.Hash, premaster, r.transcript.Sum(nil))
	}
	wantBytes(t, "the master secret", got.Bytes(), r.master)
}
