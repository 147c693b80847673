package messages

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

func recorded12(t testing.TB, name string) [][]byte {
	t.Helper()
	return recorded(t, "testdata/openssl12.txt", name)
}

// read12 decodes the first recorded message of a name into m.
func read12(t testing.TB, name string, m Message) {
	t.Helper()
	fatal(t, name+" decodes", Decode(recorded12(t, name)[0][HandshakeHeaderLen:], m))
}

func TestRecordedMessagesOfTLS12ReadAndWriteAsTheyAre(t *testing.T) {
	kinds := map[string]Message{
		"ClientHello": &ClientHello{}, "ServerHello": &ServerHello{}, "Certificate": &Certificate12{},
		"CertificateStatus": &CertificateStatus12{}, "CertificateRequest": &CertificateRequest12{},
		"ServerHelloDone": &ServerHelloDone{}, "CertificateVerify": &CertificateVerify{}, "Finished": &Finished{},
		"NewSessionTicket":       &NewSessionTicket12{},
		"ServerKeyExchangeECDHE": &ServerKeyExchangeECDHE{}, "ClientKeyExchangeECDHE": &ClientKeyExchangeECDHE{},
		"ServerKeyExchangeDHE": &ServerKeyExchangeDHE{}, "ClientKeyExchangeDHE": &ClientKeyExchangeDHE{},
		"ServerKeyExchangePSK": &ServerKeyExchangePSK{}, "ClientKeyExchangePSK": &ClientKeyExchangePSK{},
		"ServerKeyExchangeDHEPSK": &ServerKeyExchangeDHEPSK{}, "ClientKeyExchangeDHEPSK": &ClientKeyExchangeDHEPSK{},
		"ServerKeyExchangeECDHEPSK": &ServerKeyExchangeECDHEPSK{},
		"ClientKeyExchangeECDHEPSK": &ClientKeyExchangeECDHEPSK{}, "ClientKeyExchangeRSA": &ClientKeyExchangeRSA{},
	}
	for name, m := range kinds {
		for _, raw := range recorded12(t, name) {
			readsAndWritesAsItIs(t, name, raw, m)
		}
	}
}

func TestTheRecordedHandshakeSaysWhatItsEndsWereTold(t *testing.T) {
	var request CertificateRequest12
	var status CertificateStatus12
	var hint ServerKeyExchangePSK
	var identity ClientKeyExchangePSK
	var dh ServerKeyExchangeDHE
	var ticket NewSessionTicket12
	read12(t, "CertificateRequest", &request)
	read12(t, "CertificateStatus", &status)
	read12(t, "ServerKeyExchangePSK", &hint)
	read12(t, "ClientKeyExchangePSK", &identity)
	read12(t, "ServerKeyExchangeDHE", &dh)
	read12(t, "NewSessionTicket", &ticket)
	types := []ClientCertificateType{ClientCertificateRSASign, ClientCertificateDSSSign, ClientCertificateECDSASign}
	if !slices.Equal(request.Types, types) || request.Schemes[0] != ECDSASecp256r1SHA256 {
		t.Errorf("the request is %+v", request)
	}
	if status.StatusType != StatusTypeOCSP || len(status.Responses) != 1 || len(status.Responses[0]) != 5 {
		t.Errorf("the status is %+v", status)
	}
	if string(hint.Hint) != "a_hint" || string(identity.Identity) != "someone" {
		t.Errorf("the hint is %q, the identity %q", hint.Hint, identity.Identity)
	}
	if len(dh.Params.P) != 256 || !bytes.Equal(dh.Params.G, []byte{2}) || len(dh.Params.Public) != 256 {
		t.Errorf("the parameters are %+v", dh.Params)
	}
	if ticket.LifetimeHint != 7200 {
		t.Errorf("the ticket lives for %d seconds", ticket.LifetimeHint)
	}
}

func TestTheRecordedServerSignedTheParametersAsTheyAreAppended(t *testing.T) {
	var client ClientHello
	var server ServerHello
	var certificate Certificate12
	var exchange ServerKeyExchangeECDHE
	read12(t, "ClientHello", &client)
	read12(t, "ServerHello", &server)
	read12(t, "Certificate", &certificate)
	read12(t, "ServerKeyExchangeECDHE", &exchange)
	leaf, err := x509.ParseCertificate(certificate.Chain[0])
	fatal(t, "the certificate parses", err)
	signed, err := exchange.Params.Append(slices.Concat(client.Random[:], server.Random[:]))
	fatal(t, "the parameters are appended", err)
	key, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	hash := sha256.Sum256(signed)
	if !ok || exchange.Scheme != ECDSASecp256r1SHA256 || !ecdsa.VerifyASN1(key, hash[:], exchange.Signature) {
		t.Errorf("the signature of %x under %v does not hold", signed, exchange.Scheme)
	}
}

func TestParametersAreAppendedAsTheyStandInTheirMessages(t *testing.T) {
	ecdh := ServerECDHParams{X25519, []byte{0xab, 0xcd}}
	dh := ServerDHParams{[]byte{0, 23}, []byte{5}, []byte{8}}
	for want, try := range map[string]func([]byte) ([]byte, error){
		"03 001d 02 abcd":            ecdh.Append,
		"0002 0017 0001 05 00 01 08": dh.Append,
	} {
		got, err := try([]byte("before"))
		if err != nil || !bytes.Equal(got, append([]byte("before"), fromHex(t, want)...)) {
			t.Errorf("got %x, %v, want %s", got, err, want)
		}
	}
	for _, try := range []func([]byte) ([]byte, error){new(ServerECDHParams).Append, new(ServerDHParams).Append} {
		if got, err := try([]byte("before")); err == nil || string(got) != "before" {
			t.Errorf("without a public value: %q, %v", got, err)
		}
	}
}

func TestMessagesOfTLS12HaveTheirDocumentsForm(t *testing.T) {
	hash := [20]byte{0xaa, 19: 0xbb}
	cases := map[string]struct {
		hex string
		m   Message
	}{
		"an empty chain":     {"000000", &Certificate12{}},
		"a chain of two":     {"000009 000001 aa 000002 bbcc", &Certificate12{[][]byte{{0xaa}, {0xbb, 0xcc}}}},
		"a raw public key":   {"000002 3000", &RawPublicKey12{[]byte{0x30, 0}}},
		"a wish for a chain": {"01 40 0002 0403 0000", &CertificateRequest12{[]ClientCertificateType{64}, []SignatureScheme{0x0403}, nil}},
		"a status for each of two": {"02 000008 000002 3000 000000",
			&CertificateStatus12{StatusTypeOCSPMulti, [][]byte{{0x30, 0}, nil}}},
		"an empty ticket": {"00000000 0000", &NewSessionTicket12{}},
		"a place of a chain": {"01 001a 0003 612f62 01 aa" + zeroes(18) + "bb",
			&CertificateURL{ChainPkiPath, []URLAndHash{{[]byte("a/b"), hash}}}},
		"data of two kinds": {"00000b 0000 0003 000001 4002 0000",
			&SupplementalData{[]SupplementalDataEntry{{SupplementalUserMapping, []byte{0, 0, 1}}, {0x4002, nil}}}},
	}
	for name, row := range cases {
		want := fromHex(t, row.hex)
		if got, err := encodeMessage(row.m); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: wrote %x, %v; want %x", name, got, err, want)
		}
		got := fresh(row.m)
		if err := Decode(want, got); err != nil || !reflect.DeepEqual(got, row.m) {
			t.Errorf("%s: read %+v, %v; want %+v", name, got, err, row.m)
		}
	}
}

func TestBodiesOfTLS12HaveTheirDocumentsForm(t *testing.T) {
	cases := map[string]struct {
		hex  string
		body ExtensionBody
	}{
		"every status, or the first": {"000e 02 0004 0000 0000 01 0004 0000 0000", &StatusRequestV2Offer{
			[]StatusRequestItem{{StatusTypeOCSPMulti, make([]byte, 4)}, {StatusTypeOCSP, make([]byte, 4)}}}},
		"one type of hint": {"01 40", &UserMappingTypes{[]UserMappingType{UserMappingUPNDomainHint}}},
		"short fragments":  {"01", &MaxFragmentLength{FragmentLength512}},
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

func TestUserMappingsTravelInSupplementalData(t *testing.T) {
	hint := UPNDomainHint{UserPrincipalName: []byte("u@d"), DomainName: []byte("d")}
	data, err := hint.Append(nil)
	fatal(t, "the hint is appended", err)
	want := []UserMapping{{UserMappingUPNDomainHint, data}, {7, nil}}
	list, err := AppendUserMappings([]byte("before"), want)
	fatal(t, "the list is appended", err)
	if b := fromHex(t, "000e 40 0008 0003 754064 0001 64 07 0000"); !bytes.Equal(list[len("before"):], b) {
		t.Fatalf("the list is %x, want %x", list, b)
	}
	got, err := DecodeUserMappings(list[len("before"):])
	fatal(t, "the list decodes", err)
	var again UPNDomainHint
	fatal(t, "the hint decodes", again.Decode(got[0].Data))
	if fmt.Sprintf("%q %q", got, again) != fmt.Sprintf("%q %q", want, hint) {
		t.Errorf("got %+v with %+v", got, again)
	}
}

func TestAnOCSPStatusRequestIsReadFromItsItem(t *testing.T) {
	want := OCSPStatusRequest{[][]byte{{0xaa}}, []byte{0x30, 0}}
	data, err := want.Append([]byte("before"))
	fatal(t, "the request is appended", err)
	data = data[len("before"):]
	if b := fromHex(t, "0003 0001 aa 0002 3000"); !bytes.Equal(data, b) {
		t.Errorf("the request is %x, want %x", data, b)
	}
	var got OCSPStatusRequest
	if err := got.Decode(data); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
	for n := range data {
		if got.Decode(data[:n]) == nil {
			t.Errorf("%x was read", data[:n])
		}
	}
	if got.Decode(append(data, 0)) == nil {
		t.Error("a byte too many was read")
	}
}
