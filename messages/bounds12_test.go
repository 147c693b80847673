package messages

import (
	"errors"
	"slices"
	"testing"

	"github.com/tacitls/tacitls/messages/wire"
)

func TestMessagesOfTLS12KeepTheBoundsOfTheirVectors(t *testing.T) {
	one := []byte{1}
	large := blanks(1, 1<<16-3) // 65536 bytes with its length: there is room for 255
	point, field := ServerECDHParams{X25519, one}, ServerDHParams{one, one, one}
	rows := map[string]struct {
		least, most int
		make        func(n int) Message
	}{
		"ASN.1Cert":                {1, 1<<24 - 1 - 6, func(n int) Message { return &Certificate12{blanks(1, n)} }},
		"certificate_list":         {0, 255, func(n int) Message { return &Certificate12{slices.Repeat(large, n)} }},
		"subjectPublicKeyInfo":     {0, 1<<24 - 1 - 3, func(n int) Message { return &RawPublicKey12{make([]byte, n)} }},
		"ECPoint of the server":    {1, 255, func(n int) Message { return &ServerKeyExchangeECDHE{Params: ServerECDHParams{X25519, make([]byte, n)}} }},
		"signed ECDH params":       {0, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeECDHE{Params: point, Signature: make([]byte, n)} }},
		"dh_p":                     {1, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeDHE{Params: ServerDHParams{make([]byte, n), one, one}} }},
		"dh_g":                     {1, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeDHE{Params: ServerDHParams{one, make([]byte, n), one}} }},
		"dh_Ys":                    {1, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeDHE{Params: ServerDHParams{one, one, make([]byte, n)}} }},
		"signed DH params":         {0, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeDHE{Params: field, Signature: make([]byte, n)} }},
		"psk_identity_hint":        {0, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangePSK{make([]byte, n)} }},
		"hint beside DH":           {0, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeDHEPSK{make([]byte, n), field} }},
		"hint beside ECDH":         {0, 1<<16 - 1, func(n int) Message { return &ServerKeyExchangeECDHEPSK{make([]byte, n), point} }},
		"certificate_types":        {1, 255, func(n int) Message { return request12(n, 1, nil) }},
		"signature algorithms":     {1, 1<<15 - 1, func(n int) Message { return request12(1, n, nil) }},
		"DistinguishedName":        {1, 1<<16 - 3, func(n int) Message { return request12(1, 1, blanks(1, n)) }},
		"certificate_authorities":  {0, (1<<16 - 1) / 3, func(n int) Message { return request12(1, 1, blanks(n, 1)) }},
		"ECPoint of the client":    {1, 255, func(n int) Message { return &ClientKeyExchangeECDHE{make([]byte, n)} }},
		"dh_Yc":                    {1, 1<<16 - 1, func(n int) Message { return &ClientKeyExchangeDHE{make([]byte, n)} }},
		"EncryptedPreMasterSecret": {0, 1<<16 - 1, func(n int) Message { return &ClientKeyExchangeRSA{make([]byte, n)} }},
		"psk_identity":             {0, 1<<16 - 1, func(n int) Message { return &ClientKeyExchangePSK{make([]byte, n)} }},
		"psk_identity beside DH":   {0, 1<<16 - 1, func(n int) Message { return &ClientKeyExchangeDHEPSK{make([]byte, n), one} }},
		"dh_Yc beside identity":    {1, 1<<16 - 1, func(n int) Message { return &ClientKeyExchangeDHEPSK{one, make([]byte, n)} }},
		"psk_identity beside ECDH": {0, 1<<16 - 1, func(n int) Message { return &ClientKeyExchangeECDHEPSK{make([]byte, n), one} }},
		"ECPoint beside identity":  {1, 255, func(n int) Message { return &ClientKeyExchangeECDHEPSK{one, make([]byte, n)} }},
		"ticket":                   {0, 1<<16 - 1, func(n int) Message { return &NewSessionTicket12{Ticket: make([]byte, n)} }},
		"OCSPResponse":             {1, 1<<24 - 1 - 4, func(n int) Message { return &CertificateStatus12{StatusTypeOCSP, blanks(1, n)} }},
		"the number of them":       {1, 1, func(n int) Message { return &CertificateStatus12{StatusTypeOCSP, blanks(n, 1)} }},
		"one of a list":            {0, 1<<24 - 1 - 7, func(n int) Message { return &CertificateStatus12{StatusTypeOCSPMulti, blanks(1, n)} }},
		"ocsp_response_list":       {1, 255, func(n int) Message { return &CertificateStatus12{StatusTypeOCSPMulti, slices.Repeat(large, n)} }},
		"url":                      {1, 1<<16 - 1 - 23, func(n int) Message { return &CertificateURL{URLs: []URLAndHash{{URL: make([]byte, n)}}} }},
		"url_and_hash_list":        {1, (1<<16 - 1) / 24, func(n int) Message { return urls(n) }},
		"supp_data": {1, 255, func(n int) Message {
			return &SupplementalData{slices.Repeat([]SupplementalDataEntry{{0, large[0]}}, n)}
		}},
		"a supplemental entry": {0, 1<<16 - 1, func(n int) Message { return &SupplementalData{[]SupplementalDataEntry{{0, make([]byte, n)}}} }},
	}
	for name, row := range rows {
		checkBounds(t, name, row.least, row.most, func(n int) error {
			_, err := Append(nil, row.make(n))
			return err
		})
	}
}

func TestReadingMessagesOfTLS12RefusesWhatTheirFormForbids(t *testing.T) {
	rows := map[string]struct {
		hex  string
		m    Message
		want wire.Error
	}{
		"a request for a hello with data":   {"00", &HelloRequest{}, wire.ErrTrailing},
		"the end of the flight with data":   {"00", &ServerHelloDone{}, wire.ErrTrailing},
		"an empty certificate":              {"000003 000000", &Certificate12{}, wire.ErrBounds},
		"a chain with half a length":        {"000002 0000", &Certificate12{}, wire.ErrShort},
		"a curve by its prime":              {"01 001d 01 aa 0403 0000", &ServerKeyExchangeECDHE{}, wire.ErrValue},
		"a curve by its polynomial":         {"02 001d 01 aa 0403 0000", &ServerKeyExchangeECDHE{}, wire.ErrValue},
		"a curve by its prime for a PSK":    {"0000 01 001d 01 aa", &ServerKeyExchangeECDHEPSK{}, wire.ErrValue},
		"an empty point":                    {"03 001d 00 0403 0000", &ServerKeyExchangeECDHE{}, wire.ErrBounds},
		"an exchange without its signature": {"03 001d 01 aa", &ServerKeyExchangeECDHE{}, wire.ErrShort},
		"an empty prime":                    {"0000 0001 02 0001 02 0403 0000", &ServerKeyExchangeDHE{}, wire.ErrBounds},
		"an empty generator":                {"0001 17 0000 0001 02 0403 0000", &ServerKeyExchangeDHE{}, wire.ErrBounds},
		"an empty public value":             {"0001 17 0001 02 0000 0403 0000", &ServerKeyExchangeDHE{}, wire.ErrBounds},
		"a signature where a key is shared": {"0000 03 001d 01 aa 0403 0000", &ServerKeyExchangeECDHEPSK{}, wire.ErrTrailing},
		"no hint, not even an empty one":    {"", &ServerKeyExchangePSK{}, wire.ErrShort},
		"no type of certificate":            {"00 0002 0403 0000", &CertificateRequest12{}, wire.ErrBounds},
		"no scheme":                         {"01 40 0000 0000", &CertificateRequest12{}, wire.ErrBounds},
		"a scheme and a half":               {"01 40 0003 040305 0000", &CertificateRequest12{}, wire.ErrBounds},
		"an empty name":                     {"01 40 0002 0403 0002 0000", &CertificateRequest12{}, wire.ErrBounds},
		"a request of TLS 1.1":              {"01 40 0000", &CertificateRequest12{}, wire.ErrBounds},
		"a client's empty point":            {"00", &ClientKeyExchangeECDHE{}, wire.ErrBounds},
		"a client's implicit point":         {"", &ClientKeyExchangeECDHE{}, wire.ErrShort},
		"a client's implicit public value":  {"", &ClientKeyExchangeDHE{}, wire.ErrShort},
		"a secret without a length":         {"aabbcc", &ClientKeyExchangeRSA{}, wire.ErrShort},
		"an identity alone":                 {"0001 61", &ClientKeyExchangeDHEPSK{}, wire.ErrShort},
		"a ticket beyond its message":       {"00000000 0002 aa", &NewSessionTicket12{}, wire.ErrShort},
		"an empty status":                   {"01 000000", &CertificateStatus12{}, wire.ErrBounds},
		"an empty list of statuses":         {"02 000000", &CertificateStatus12{}, wire.ErrBounds},
		"a status of another type":          {"03 000001 aa", &CertificateStatus12{}, wire.ErrValue},
		"no place":                          {"00 0000", &CertificateURL{}, wire.ErrBounds},
		"an empty place":                    {"00 0017 0000 01" + zeroes(20), &CertificateURL{}, wire.ErrBounds},
		// covers 6066/5/4
		"a place without its hash": {"00 0004 0001 61 00", &CertificateURL{}, wire.ErrValue},
		// covers 4680/2/5
		"no data at all":    {"000000", &SupplementalData{}, wire.ErrBounds},
		"data cut short":    {"000005 0000 0002 aa", &SupplementalData{}, wire.ErrShort},
		"data beyond these": {"000004 0000 0000 aa", &SupplementalData{}, wire.ErrTrailing},
	}
	for name, row := range rows {
		if err := Decode(fromHex(t, row.hex), row.m); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", name, err, row.want)
		}
	}
}

func TestReadingBodiesOfTLS12RefusesWhatTheirFormForbids(t *testing.T) {
	rows := map[string]struct {
		hex  string
		body ExtensionBody
	}{
		// covers 6066/5/1
		// covers 6066/5/2
		"places with data":           {"00", &ClientCertificateURL{}},
		"a ticket to come with data": {"00", &SessionTicketAck{}},
		"a status to come with data": {"00", &StatusRequestV2Ack{}},
		// covers 7366/2/1
		"a turned order with data":    {"00", &EncryptThenMAC{}},
		"an extended secret of data":  {"00", &ExtendedMasterSecret{}},
		"no wish for a status":        {"0000", &StatusRequestV2Offer{}},
		"a wish beyond its list":      {"0004 02 0002 00", &StatusRequestV2Offer{}},
		"no type of hint":             {"00", &UserMappingTypes{}},
		"no fragment length":          {"", &MaxFragmentLength{}},
		"two fragment lengths":        {"0102", &MaxFragmentLength{}},
		"verify data of another size": {"02 aa", &RenegotiationInfo{}},
	}
	for name, row := range rows {
		if err := decodeBody(fromHex(t, row.hex), row.body); err == nil {
			t.Errorf("%s: %T read %s as %+v", name, row.body, row.hex, row.body)
		}
	}
}

func TestUserMappingsAndHintsKeepTheirForm(t *testing.T) {
	if got, err := AppendUserMappings([]byte("before"), nil); !errors.Is(err, wire.ErrBounds) || string(got) != "before" {
		t.Errorf("a list of none was written as %q, %v", got, err)
	}
	for hex, want := range map[string]wire.Error{
		"0000": wire.ErrBounds, "0004 40 0002 aa": wire.ErrShort, "0003 40 0000 aa": wire.ErrTrailing,
	} {
		if got, err := DecodeUserMappings(fromHex(t, hex)); !errors.Is(err, want) || got != nil {
			t.Errorf("%s read as %v, %v, want %v", hex, got, err, want)
		}
	}
	if got, err := new(UPNDomainHint).Append([]byte("before")); !errors.Is(err, wire.ErrValue) || string(got) != "before" {
		t.Errorf("a hint of nothing was written as %q, %v", got, err)
	}
	for hex, want := range map[string]wire.Error{
		"0000 0000": wire.ErrValue, "0001 61": wire.ErrShort, "0001 61 0000 00": wire.ErrTrailing,
	} {
		if err := new(UPNDomainHint).Decode(fromHex(t, hex)); !errors.Is(err, want) {
			t.Errorf("the hint %s: %v, want %v", hex, err, want)
		}
	}
}

func request12(types, schemes int, authorities [][]byte) *CertificateRequest12 {
	return &CertificateRequest12{make([]ClientCertificateType, types), make([]SignatureScheme, schemes), authorities}
}

func urls(n int) *CertificateURL {
	m := &CertificateURL{URLs: make([]URLAndHash, n)}
	for i := range m.URLs {
		m.URLs[i].URL = []byte{'/'}
	}
	return m
}

// What is decoded takes no more than its documentation says, whatever the elements are.
func TestListsOfTLS12TakeTheRoomTheyAreSaidTo(t *testing.T) {
	one := []byte{1}
	var coder Coder
	body := func(m Message) []byte {
		b, err := encodeMessage(m)
		fatal(t, "a long list is written", err)
		return b
	}
	const n = 5000
	var chain Certificate12
	b := body(&Certificate12{slices.Repeat([][]byte{one}, n)})
	fatal(t, "a chain decodes", coder.Decode(b, &chain))
	takes(t, "Certificate12", 24*cap(chain.Chain), 12*len(b))
	var status CertificateStatus12
	b = body(&CertificateStatus12{StatusTypeOCSPMulti, make([][]byte, n)})
	fatal(t, "a list of statuses decodes", coder.Decode(b, &status))
	takes(t, "CertificateStatus12", 24*cap(status.Responses), 16*len(b))
	var data SupplementalData
	b = body(&SupplementalData{make([]SupplementalDataEntry, n)})
	fatal(t, "supplemental data decodes", coder.Decode(b, &data))
	takes(t, "SupplementalData", 32*cap(data.Entries), 16*len(b))
	var places CertificateURL
	b = body(urls(2000))
	fatal(t, "places decode", coder.Decode(b, &places))
	takes(t, "CertificateURL", 48*cap(places.URLs), 4*len(b))
	var offer StatusRequestV2Offer
	b, err := encodeBody(&StatusRequestV2Offer{make([]StatusRequestItem, n)})
	fatal(t, "an offer is written", err)
	fatal(t, "an offer decodes", coder.DecodeBody(b, &offer))
	takes(t, "StatusRequestV2Offer", 32*cap(offer.Items), 22*len(b))
	b, err = AppendUserMappings(nil, make([]UserMapping, n))
	fatal(t, "mappings are written", err)
	mappings, err := DecodeUserMappings(b)
	fatal(t, "mappings decode", err)
	takes(t, "DecodeUserMappings", 32*cap(mappings), 22*len(b))
}

func takes(t *testing.T, what string, got, most int) {
	t.Helper()
	if got > most {
		t.Errorf("%s takes %d bytes, said to take at most %d", what, got, most)
	}
}
