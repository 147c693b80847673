package messages

import (
	"bytes"
	"encoding/hex"
	"os"
	"reflect"
	"strings"
	"testing"
)

// trace returns the messages of one name from the traces of RFC 8448, in their order.
func trace(t testing.TB, name string) [][]byte {
	t.Helper()
	return recorded(t, "testdata/rfc8448.txt", name)
}

// recorded returns the messages of one name from a file, in their order.
func recorded(t testing.TB, path, name string) [][]byte {
	t.Helper()
	file, err := os.ReadFile(path)
	fatal(t, "the recording is there", err)
	var found [][]byte
	for line := range strings.Lines(string(file)) {
		if digits, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok && name != "#" {
			found = append(found, fromHex(t, digits))
		}
	}
	if len(found) == 0 {
		t.Fatalf("%s has no %s", path, name)
	}
	return found
}

func fromHex(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	fatal(t, "the vector is hexadecimal", err)
	return b
}

func TestTheTracesOfRFC8448ReadAndWriteAsTheyAre(t *testing.T) {
	kinds := map[string]Message{
		"ClientHello": &ClientHello{}, "ServerHello": &ServerHello{}, "EncryptedExtensions": &EncryptedExtensions{},
		"Certificate": &Certificate13{}, "CertificateRequest": &CertificateRequest13{},
		"CertificateVerify": &CertificateVerify{}, "Finished": &Finished{}, "NewSessionTicket": &NewSessionTicket13{},
		"EndOfEarlyData": &EndOfEarlyData{},
	}
	for name, m := range kinds {
		for _, raw := range trace(t, name) {
			readsAndWritesAsItIs(t, name, raw, m)
		}
	}
}

func readsAndWritesAsItIs(t *testing.T, name string, raw []byte, m Message) {
	t.Helper()
	kind, n, ok := ParseHandshakeHeader(raw)
	if !ok || kind != m.Type() || n != len(raw)-HandshakeHeaderLen {
		t.Errorf("%s: header %v, %d, %v", name, kind, n, ok)
	}
	if err := Decode(raw[HandshakeHeaderLen:], m); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if again, err := Append(nil, m); err != nil || !bytes.Equal(again, raw) {
		t.Errorf("%s: %x came back as %x, %v", name, raw, again, err)
	}
}

func TestTheFirstServerHelloOfRFC8448SaysWhatTheTraceSays(t *testing.T) {
	var m ServerHello
	fatal(t, "the trace decodes", Decode(trace(t, "ServerHello")[0][HandshakeHeaderLen:], &m))
	var share KeyShareChoice
	var version SupportedVersionsChoice
	for _, b := range []ExtensionBody{&share, &version} {
		present, err := m.Extensions.Get(b)
		fatal(t, "the body decodes", err)
		if !present {
			t.Errorf("%v is missing", b.ExtensionType())
		}
	}
	key := fromHex(t, "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f")
	if m.IsRetry() || m.LegacyVersion != TLS12 || m.CipherSuite != TLS_AES_128_GCM_SHA256 || m.SessionID != nil ||
		version.Version != TLS13 || share.Share.Group != X25519 || !bytes.Equal(share.Share.KeyExchange, key) {
		t.Errorf("got %+v %+v %+v", m, share, version)
	}
}

// covers 8446/4.1.3/9
func TestTheRetryOfRFC8448IsARetryByItsRandom(t *testing.T) {
	retries := 0
	for _, raw := range trace(t, "ServerHello") {
		var m ServerHello
		fatal(t, "the trace decodes", Decode(raw[HandshakeHeaderLen:], &m))
		if !m.IsRetry() {
			continue
		}
		retries++
		var group KeyShareRetry
		var cookie Cookie
		_, err := m.Extensions.Get(&group)
		fatal(t, "the group decodes", err)
		_, err = m.Extensions.Get(&cookie)
		fatal(t, "the cookie decodes", err)
		if group.Group != Secp256r1 || len(cookie.Cookie) != 114 {
			t.Errorf("group %v, a cookie of %d bytes", group.Group, len(cookie.Cookie))
		}
	}
	if retries != 1 {
		t.Errorf("%d retries in the traces, want one", retries)
	}
}

func TestTheBindersOfTheResumedHelloOfRFC8448AreItsLastBytes(t *testing.T) {
	raw := trace(t, "ClientHello")[1]
	var m ClientHello
	fatal(t, "the trace decodes", Decode(raw[HandshakeHeaderLen:], &m))
	var offer PreSharedKeyOffer
	if present, err := m.Extensions.Get(&offer); err != nil || !present {
		t.Fatalf("pre_shared_key: %v, %v", present, err)
	}
	// The trace hashes a prefix of 477 bytes for the binder.
	if n := BinderListLen(&offer); len(raw)-n != 477 || !bytes.Equal(raw[len(raw)-32:], offer.Binders[0]) {
		t.Errorf("the list of binders takes %d bytes", n)
	}
	if last := m.Extensions.List[len(m.Extensions.List)-1].Type; last != ExtensionPreSharedKey {
		t.Errorf("the last extension is %v", last)
	}
}

// covers 6066/3/1
// covers 6066/8/1
// covers 7301/3.1/1
// covers 8879/3/2
func TestBodiesHaveTheirDocumentsForm(t *testing.T) {
	cases := map[string]struct {
		hex  string
		body ExtensionBody
	}{
		"a host name":                     {"000e 00 000b 6578616d706c652e636f6d", &ServerNameOffer{[]byte("example.com")}},
		"two profiles of SRTP":            {"0004 0007 0001 02 abcd", &UseSRTPOffer{[]SRTPProfile{7, 1}, []byte{0xab, 0xcd}}},
		"a profile of SRTP":               {"0002 0007 00", &UseSRTPChoice{7, nil}},
		"two protocols":                   {"000c 02 6832 08 687474702f312e31", &ALPNOffer{[][]byte{[]byte("h2"), []byte("http/1.1")}}},
		"the chosen protocol":             {"0003 02 6832", &ALPNChoice{[]byte("h2")}},
		"two versions":                    {"04 0304 0303", &SupportedVersionsOffer{[]Version{TLS13, TLS12}}},
		"the chosen version":              {"0304", &SupportedVersionsChoice{TLS13}},
		"groups":                          {"0004 11ec 001d", &SupportedGroups{[]Group{X25519MLKEM768, X25519}}},
		"schemes":                         {"0004 0403 0804", &SignatureAlgorithms{[]SignatureScheme{ECDSASecp256r1SHA256, RSAPSSRSAESHA256}}},
		"no shares":                       {"0000", &KeyShareOffer{}},
		"a share":                         {"0006 001d 0002 abcd", &KeyShareOffer{[]KeyShareEntry{{X25519, []byte{0xab, 0xcd}}}}},
		"a group to retry with":           {"0017", &KeyShareRetry{Secp256r1}},
		"key exchange modes":              {"02 01 00", &PSKModes{[]PSKMode{PSKModeDHEKE, PSKModeKE}}},
		"a limit of early data":           {"00004000", &EarlyDataLimit{16384}},
		"a cookie":                        {"0002 abcd", &Cookie{[]byte{0xab, 0xcd}}},
		"a wish for an OCSP response":     {"01 0000 0000", &StatusRequestOffer{StatusType: StatusTypeOCSP}},
		"an OCSP response":                {"01 000002 3000", &CertificateStatus{[]byte{0x30, 0}}},
		"timestamps":                      {"0007 0001 aa 0002 bbcc", &SCTList{[][]byte{{0xaa}, {0xbb, 0xcc}}}},
		"a first handshake":               {"00", &RenegotiationInfo{}},
		"uncompressed points":             {"01 00", &ECPointFormats{[]PointFormat{PointUncompressed}}},
		"a record size limit":             {"4001", &RecordSizeLimit{16385}},
		"compression by zlib and brotli":  {"04 0001 0002", &CompressCertificate{[]CompressionAlgorithm{CompressionZlib, CompressionBrotli}}},
		"a wish for two tickets or one":   {"0201", &TicketRequestOffer{2, 1}},
		"three bytes of padding":          {"000000", &Padding{3}},
		"the key chosen":                  {"0001", &PreSharedKeyChoice{1}},
		"whom certificates are signed by": {"0004 0002 3000", &CertificateAuthorities{[][]byte{{0x30, 0}}}},
		"a filter":                        {"0006 02 5503 0001 aa", &OIDFilters{[]OIDFilter{{[]byte{0x55, 3}, []byte{0xaa}}}}},
		"schemes for delegated keys":      {"0002 0807", &DelegatedCredentialOffer{[]SignatureScheme{Ed25519}}},
		"a delegated credential": {"00015180 0807 000002 3000 0403 0001 aa",
			&DelegatedCredential{DelegatedKey{86400, Ed25519, []byte{0x30, 0}}, ECDSASecp256r1SHA256, []byte{0xaa}}},
		"raw public keys for servers": {"01 02", &ServerCertificateTypeOffer{[]CertificateType{CertificateRawPublicKey}}},
	}
	for name, row := range cases {
		want := fromHex(t, row.hex)
		if got, err := encodeBody(row.body); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: wrote %x, %v; want %x", name, got, err, want)
		}
		got := fresh(row.body)
		if err := decodeBody(want, got); err != nil || !reflect.DeepEqual(got, row.body) {
			t.Errorf("%s: read %+v, %v; want %+v", name, got, err, row.body)
		}
	}
}

// covers 8446/4.1.3/11
// covers 8446/4.1.3/12
func TestTheDowngradeMarksSpellTheWord(t *testing.T) {
	if got := DowngradeTLS12(); string(got[:]) != "DOWNGRD\x01" {
		t.Errorf("for TLS 1.2: %q", got)
	}
	if got := DowngradeTLS11(); string(got[:]) != "DOWNGRD\x00" {
		t.Errorf("for TLS 1.1: %q", got)
	}
}
