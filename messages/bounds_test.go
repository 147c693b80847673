package messages

import (
	"errors"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/messages/wire"
)

// Each row writes a vector of n bytes, or of n elements; the bounds are the presentation language's.
func TestMessagesKeepTheBoundsOfTheirVectors(t *testing.T) {
	rows := map[string]struct {
		least, most int
		make        func(n int) Message
	}{
		"ClientHello.legacy_session_id":            {0, 32, func(n int) Message { return hello(n, 1, 1) }},
		"ClientHello.cipher_suites":                {1, 1<<15 - 1, func(n int) Message { return hello(0, n, 1) }},
		"ClientHello.legacy_compression_methods":   {1, 255, func(n int) Message { return hello(0, 1, n) }},
		"ServerHello.legacy_session_id_echo":       {0, 32, func(n int) Message { return &ServerHello{SessionID: make([]byte, n)} }},
		"EncryptedExtensions.extensions":           {0, 1<<14 - 1, func(n int) Message { return &EncryptedExtensions{blank(n)} }},
		"CertificateRequest.context":               {0, 255, func(n int) Message { return &CertificateRequest13{make([]byte, n), blank(1)} }},
		"CertificateRequest.extensions":            {1, 1<<14 - 1, func(n int) Message { return &CertificateRequest13{nil, blank(n)} }},
		"ClientCertificateRequest.context":         {0, 255, func(n int) Message { return &ClientCertificateRequest{make([]byte, n), blank(1)} }},
		"ClientCertificateRequest.extensions":      {1, 1<<14 - 1, func(n int) Message { return &ClientCertificateRequest{nil, blank(n)} }},
		"Certificate.certificate_request_context":  {0, 255, func(n int) Message { return &Certificate13{Context: make([]byte, n)} }},
		"CertificateEntry.cert_data":               {1, 1<<24 - 1 - 9, func(n int) Message { return chain(n, 0) }},
		"CertificateEntry.extensions":              {0, 1<<14 - 1, func(n int) Message { return chain(1, n) }},
		"CertificateVerify.signature":              {0, 1<<16 - 1, func(n int) Message { return &CertificateVerify{Signature: make([]byte, n)} }},
		"NewSessionTicket.ticket_nonce":            {0, 255, func(n int) Message { return &NewSessionTicket13{Nonce: make([]byte, n), Ticket: []byte{1}} }},
		"NewSessionTicket.ticket":                  {1, 1<<16 - 1, func(n int) Message { return &NewSessionTicket13{Ticket: make([]byte, n)} }},
		"NewSessionTicket.extensions":              {0, 1<<14 - 1, func(n int) Message { return &NewSessionTicket13{Ticket: []byte{1}, Extensions: blank(n)} }},
		"CompressedCertificate.compressed_message": {1, 1<<24 - 1 - 8, func(n int) Message { return &CompressedCertificate{Compressed: make([]byte, n)} }},
	}
	for name, row := range rows {
		checkBounds(t, name, row.least, row.most, func(n int) error {
			_, err := Append(nil, row.make(n))
			return err
		})
	}
}

func TestExtensionBodiesKeepTheBoundsOfTheirVectors(t *testing.T) {
	rows := map[string]struct {
		least, most int
		make        func(n int) ExtensionBody
	}{
		"HostName":                     {1, 65532, func(n int) ExtensionBody { return &ServerNameOffer{make([]byte, n)} }},
		"ProtocolName":                 {1, 255, func(n int) ExtensionBody { return &ALPNChoice{make([]byte, n)} }},
		"SRTPProtectionProfiles":       {1, 32767, func(n int) ExtensionBody { return &UseSRTPOffer{make([]SRTPProfile, n), nil} }},
		"srtp_mki":                     {0, 255, func(n int) ExtensionBody { return &UseSRTPOffer{make([]SRTPProfile, 1), make([]byte, n)} }},
		"srtp_mki of a server":         {0, 255, func(n int) ExtensionBody { return &UseSRTPChoice{1, make([]byte, n)} }},
		"ProtocolNameList":             {1, 32767, func(n int) ExtensionBody { return &ALPNOffer{blanks(n, 1)} }},
		"ClientHello.versions":         {1, 127, func(n int) ExtensionBody { return &SupportedVersionsOffer{make([]Version, n)} }},
		"NamedGroupList":               {1, 32767, func(n int) ExtensionBody { return &SupportedGroups{make([]Group, n)} }},
		"SignatureSchemeList":          {1, 32767, func(n int) ExtensionBody { return &SignatureAlgorithms{make([]SignatureScheme, n)} }},
		"SignatureSchemeList of certs": {1, 32767, func(n int) ExtensionBody { return &SignatureAlgorithmsCert{make([]SignatureScheme, n)} }},
		"SignatureSchemeList of DCs":   {1, 32767, func(n int) ExtensionBody { return &DelegatedCredentialOffer{make([]SignatureScheme, n)} }},
		"DelegatedCredential.signature": {1, 1<<16 - 1, func(n int) ExtensionBody {
			return &DelegatedCredential{DelegatedKey{PublicKeyInfo: []byte{1}}, 0, make([]byte, n)}
		}},
		"ASN1_subjectPublicKeyInfo": {1, 1<<24 - 1, func(n int) ExtensionBody {
			return &DelegatedCredential{DelegatedKey{PublicKeyInfo: make([]byte, n)}, 0, []byte{1}}
		}},
		"key_exchange":             {1, 1<<16 - 1, func(n int) ExtensionBody { return &KeyShareChoice{KeyShareEntry{X25519, make([]byte, n)}} }},
		"PskIdentity.identity":     {1, 65529, func(n int) ExtensionBody { return psks(n, blanks(1, 32)) }},
		"binders":                  {1, 65535 / 33, func(n int) ExtensionBody { return psks(1, blanks(n, 32)) }},
		"PskBinderEntry":           {32, 255, func(n int) ExtensionBody { return psks(1, blanks(1, n)) }},
		"ke_modes":                 {1, 255, func(n int) ExtensionBody { return &PSKModes{make([]PSKMode, n)} }},
		"cookie":                   {1, 1<<16 - 1, func(n int) ExtensionBody { return &Cookie{make([]byte, n)} }},
		"authorities":              {1, 65535 / 3, func(n int) ExtensionBody { return &CertificateAuthorities{blanks(n, 1)} }},
		"DistinguishedName":        {1, 65533, func(n int) ExtensionBody { return &CertificateAuthorities{blanks(1, n)} }},
		"OIDFilter.oid":            {1, 255, func(n int) ExtensionBody { return &OIDFilters{[]OIDFilter{{OID: make([]byte, n)}}} }},
		"ResponderID":              {1, 65533, func(n int) ExtensionBody { return &StatusRequestOffer{StatusType: 1, ResponderIDs: blanks(1, n)} }},
		"OCSPResponse":             {1, 1<<24 - 1, func(n int) ExtensionBody { return &CertificateStatus{make([]byte, n)} }},
		"SerializedSCT":            {1, 65533, func(n int) ExtensionBody { return &SCTList{blanks(1, n)} }},
		"sct_list":                 {1, 65535 / 3, func(n int) ExtensionBody { return &SCTList{blanks(n, 1)} }},
		"renegotiated_connection":  {0, 255, func(n int) ExtensionBody { return &RenegotiationInfo{make([]byte, n)} }},
		"ec_point_format_list":     {1, 255, func(n int) ExtensionBody { return &ECPointFormats{make([]PointFormat, n)} }},
		"compression algorithms":   {1, 127, func(n int) ExtensionBody { return &CompressCertificate{make([]CompressionAlgorithm, n)} }},
		"client_certificate_types": {1, 255, func(n int) ExtensionBody { return &ClientCertificateTypeOffer{make([]CertificateType, n)} }},
		"server_certificate_types": {1, 255, func(n int) ExtensionBody { return &ServerCertificateTypeOffer{make([]CertificateType, n)} }},
		"padding":                  {0, 1<<16 - 1, func(n int) ExtensionBody { return &Padding{n} }},
	}
	for name, row := range rows {
		checkBounds(t, name, row.least, row.most, func(n int) error {
			_, err := encodeBody(row.make(n))
			return err
		})
	}
}

// checkBounds tries the sizes around both bounds.
func checkBounds(t *testing.T, name string, least, most int, try func(n int) error) {
	t.Helper()
	for _, n := range []int{least - 1, least, most, most + 1} {
		if n < 0 {
			continue
		}
		err := try(n)
		if n >= least && n <= most && err != nil {
			t.Errorf("%s of %d is within its bounds: %v", name, n, err)
		}
		if (n < least || n > most) && !errors.Is(err, wire.ErrBounds) {
			t.Errorf("%s of %d is out of its bounds: %v", name, n, err)
		}
	}
}

// covers 8446/6/5
// covers 6066/3/5
func TestReadingRefusesWhatTheBoundsForbid(t *testing.T) {
	bodies := map[string]struct {
		hex  string
		body ExtensionBody
	}{
		"no name at all":            {"0000", &ServerNameOffer{}},
		"an empty host name":        {"0003 00 0000", &ServerNameOffer{}},
		"another type of name":      {"0004 01 0001 61", &ServerNameOffer{}},
		"an acknowledgement's data": {"0000", &ServerNameAck{}},
		// covers 6066/3/2
		"two host names": {"0008 00 0001 61 00 0001 62", &ServerNameOffer{}},
		"no protocol":    {"0000", &ALPNOffer{}},
		"no profile":     {"0000 00", &UseSRTPOffer{}},
		"half a profile": {"0003 0001 00 00", &UseSRTPOffer{}},
		"no identifier":  {"0002 0001", &UseSRTPOffer{}},
		"two profiles":   {"0004 0001 0002 00", &UseSRTPChoice{}},
		// covers 7301/3.1/2
		"an empty protocol": {"0003 01 61 00", &ALPNOffer{}},
		// covers 7301/3.1/3
		"two protocols chosen":                       {"0004 01 61 01 62", &ALPNChoice{}},
		"an empty protocol chosen":                   {"0001 00", &ALPNChoice{}},
		"no version":                                 {"00", &SupportedVersionsOffer{}},
		"a version and a half":                       {"03 030403", &SupportedVersionsOffer{}},
		"more versions than there may be":            {"ff" + zeroes(255), &SupportedVersionsOffer{}},
		"two versions chosen":                        {"0304 0303", &SupportedVersionsChoice{}},
		"no group":                                   {"0000", &SupportedGroups{}},
		"a group and a half":                         {"0003 001d00", &SupportedGroups{}},
		"no scheme":                                  {"0000", &SignatureAlgorithms{}},
		"a delegated credential without a key":       {"00000000 0403 000000 0403 0001 aa", &DelegatedCredential{}},
		"a delegated credential without a signature": {"00000000 0403 000001 aa 0403 0000", &DelegatedCredential{}},
		"no scheme for delegated credentials":        {"0000", &DelegatedCredentialOffer{}},
		"an odd list of schemes":                     {"ffff" + zeroes(65535), &SignatureAlgorithms{}},
		"a share without a key":                      {"0004 001d 0000", &KeyShareOffer{}},
		"a share cut short":                          {"0005 001d 0002 ab", &KeyShareOffer{}},
		"no identity":                                {"0000 0021 20" + zeroes(32), &PreSharedKeyOffer{}},
		"an empty identity":                          {"0006 0000 00000000 0021 20" + zeroes(32), &PreSharedKeyOffer{}},
		"no binder":                                  {"0007 0001 61 00000000 0000", &PreSharedKeyOffer{}},
		"a binder too short":                         {"0007 0001 61 00000000 0021 1f" + zeroes(32), &PreSharedKeyOffer{}},
		"no mode":                                    {"00", &PSKModes{}},
		"an empty cookie":                            {"0000", &Cookie{}},
		"no authority":                               {"0000", &CertificateAuthorities{}},
		"an empty authority":                         {"0003 0000 00", &CertificateAuthorities{}},
		"an empty OID":                               {"0003 00 0000", &OIDFilters{}},
		"an empty responder":                         {"01 0002 0000 0000", &StatusRequestOffer{}},
		"an empty OCSP response":                     {"01 000000", &CertificateStatus{}},
		"a status of another type":                   {"02 000001 00", &CertificateStatus{}},
		"an empty timestamp":                         {"0002 0000", &SCTList{}},
		"no timestamp":                               {"0000", &SCTList{}},
		"no point format":                            {"00", &ECPointFormats{}},
		"no compression algorithm":                   {"00", &CompressCertificate{}},
		"no certificate type":                        {"00", &ServerCertificateTypeOffer{}},
		"padding with content":                       {"000100", &Padding{}},
		"an offer of early data with data":           {"00", &EarlyDataOffer{}},
	}
	for name, row := range bodies {
		if err := decodeBody(fromHex(t, row.hex), row.body); err == nil {
			t.Errorf("%s: %T read %s as %+v", name, row.body, row.hex, row.body)
		}
	}
	hellos := "0303" + zeroes(32)
	messages := map[string]struct {
		hex string
		m   Message
	}{
		"a session id too long":                {hellos + "21" + zeroes(33) + "0002 1301 01 00", &ClientHello{}},
		"no suite":                             {hellos + "00 0000 01 00", &ClientHello{}},
		"a suite and a half":                   {hellos + "00 0003 130113 01 00", &ClientHello{}},
		"no compression method":                {hellos + "00 0002 1301 00", &ClientHello{}},
		"an echo too long":                     {hellos + "21" + zeroes(33) + "1301 00", &ServerHello{}},
		"no block of extensions":               {"", &EncryptedExtensions{}},
		"a request without extensions":         {"00 0000", &CertificateRequest13{}},
		"an empty certificate":                 {"00 000005 000000 0000", &Certificate13{}},
		"a certificate without its extensions": {"00 000004 000001 61", &Certificate13{}},
		"an empty ticket":                      {zeroes(8) + "00 0000 0000", &NewSessionTicket13{}},
		"a ticket's extensions too long":       {zeroes(8) + "00 0001 61 ffff" + zeroes(65535), &NewSessionTicket13{}},
		"an empty key update":                  {"", &KeyUpdate{}},
		"an end of early data with data":       {"00", &EndOfEarlyData{}},
		"a compressed certificate of nothing":  {"0001 000010 000000", &CompressedCertificate{}},
	}
	for name, row := range messages {
		if err := Decode(fromHex(t, row.hex), row.m); err == nil {
			t.Errorf("%s: %T was read", name, row.m)
		}
	}
}

func hello(id, suites, methods int) *ClientHello {
	return &ClientHello{
		SessionID: make([]byte, id), CipherSuites: make([]CipherSuite, suites), CompressionMethods: make([]byte, methods),
	}
}

func chain(size, extensions int) *Certificate13 {
	return &Certificate13{Entries: []CertificateEntry{{make([]byte, size), blank(extensions)}}}
}

func psks(identity int, binders [][]byte) *PreSharedKeyOffer {
	return &PreSharedKeyOffer{[]PSKIdentity{{Identity: make([]byte, identity)}}, binders}
}

// blank returns n extensions of four bytes each.
func blank(n int) Extensions { return Extensions{List: make([]Extension, n)} }

func blanks(n, size int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = make([]byte, size)
	}
	return list
}

func zeroes(n int) string { return strings.Repeat("00", n) }
