package messages

// CipherSuite is a codepoint of the IANA registry "TLS Cipher Suites".
type CipherSuite uint16

// The suites of TLS 1.3. RFC 8446, Appendix B.4.
const (
	TLS_AES_128_GCM_SHA256       CipherSuite = 0x1301
	TLS_AES_256_GCM_SHA384       CipherSuite = 0x1302
	TLS_CHACHA20_POLY1305_SHA256 CipherSuite = 0x1303
	TLS_AES_128_CCM_SHA256       CipherSuite = 0x1304
	TLS_AES_128_CCM_8_SHA256     CipherSuite = 0x1305
)

// TLS 1.2 with ephemeral elliptic curve keys. RFC 5289, RFC 7251, RFC 7905, RFC 8422.
const (
	TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA         CipherSuite = 0xc008
	TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA          CipherSuite = 0xc009
	TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA          CipherSuite = 0xc00a
	TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA           CipherSuite = 0xc012
	TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA            CipherSuite = 0xc013
	TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA            CipherSuite = 0xc014
	TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256       CipherSuite = 0xc023
	TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384       CipherSuite = 0xc024
	TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256         CipherSuite = 0xc027
	TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384         CipherSuite = 0xc028
	TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256       CipherSuite = 0xc02b
	TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384       CipherSuite = 0xc02c
	TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256         CipherSuite = 0xc02f
	TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384         CipherSuite = 0xc030
	TLS_ECDHE_ECDSA_WITH_AES_128_CCM              CipherSuite = 0xc0ac
	TLS_ECDHE_ECDSA_WITH_AES_256_CCM              CipherSuite = 0xc0ad
	TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8            CipherSuite = 0xc0ae
	TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8            CipherSuite = 0xc0af
	TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256   CipherSuite = 0xcca8
	TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 CipherSuite = 0xcca9
)

// TLS 1.2 with ephemeral finite field keys. RFC 5246, RFC 5288, RFC 6655, RFC 7905.
const (
	TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA         CipherSuite = 0x0016
	TLS_DHE_RSA_WITH_AES_128_CBC_SHA          CipherSuite = 0x0033
	TLS_DHE_RSA_WITH_AES_256_CBC_SHA          CipherSuite = 0x0039
	TLS_DHE_RSA_WITH_AES_128_CBC_SHA256       CipherSuite = 0x0067
	TLS_DHE_RSA_WITH_AES_256_CBC_SHA256       CipherSuite = 0x006b
	TLS_DHE_RSA_WITH_AES_128_GCM_SHA256       CipherSuite = 0x009e
	TLS_DHE_RSA_WITH_AES_256_GCM_SHA384       CipherSuite = 0x009f
	TLS_DHE_RSA_WITH_AES_128_CCM              CipherSuite = 0xc09e
	TLS_DHE_RSA_WITH_AES_256_CCM              CipherSuite = 0xc09f
	TLS_DHE_RSA_WITH_AES_128_CCM_8            CipherSuite = 0xc0a2
	TLS_DHE_RSA_WITH_AES_256_CCM_8            CipherSuite = 0xc0a3
	TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 CipherSuite = 0xccaa
)

// TLS 1.2 with RSA key transport. RFC 5246, RFC 5288, RFC 6655.
const (
	TLS_RSA_WITH_3DES_EDE_CBC_SHA   CipherSuite = 0x000a
	TLS_RSA_WITH_AES_128_CBC_SHA    CipherSuite = 0x002f
	TLS_RSA_WITH_AES_256_CBC_SHA    CipherSuite = 0x0035
	TLS_RSA_WITH_AES_128_CBC_SHA256 CipherSuite = 0x003c
	TLS_RSA_WITH_AES_256_CBC_SHA256 CipherSuite = 0x003d
	TLS_RSA_WITH_AES_128_GCM_SHA256 CipherSuite = 0x009c
	TLS_RSA_WITH_AES_256_GCM_SHA384 CipherSuite = 0x009d
	TLS_RSA_WITH_AES_128_CCM        CipherSuite = 0xc09c
	TLS_RSA_WITH_AES_256_CCM        CipherSuite = 0xc09d
	TLS_RSA_WITH_AES_128_CCM_8      CipherSuite = 0xc0a0
	TLS_RSA_WITH_AES_256_CCM_8      CipherSuite = 0xc0a1
)

// TLS 1.2 with pre-shared keys. RFC 4279, RFC 5487, RFC 5489, RFC 6655, RFC 7905, RFC 8442.
const (
	TLS_PSK_WITH_AES_128_CBC_SHA                CipherSuite = 0x008c
	TLS_PSK_WITH_AES_256_CBC_SHA                CipherSuite = 0x008d
	TLS_DHE_PSK_WITH_AES_128_CBC_SHA            CipherSuite = 0x0090
	TLS_DHE_PSK_WITH_AES_256_CBC_SHA            CipherSuite = 0x0091
	TLS_RSA_PSK_WITH_AES_128_CBC_SHA            CipherSuite = 0x0094
	TLS_RSA_PSK_WITH_AES_256_CBC_SHA            CipherSuite = 0x0095
	TLS_PSK_WITH_AES_128_GCM_SHA256             CipherSuite = 0x00a8
	TLS_PSK_WITH_AES_256_GCM_SHA384             CipherSuite = 0x00a9
	TLS_DHE_PSK_WITH_AES_128_GCM_SHA256         CipherSuite = 0x00aa
	TLS_DHE_PSK_WITH_AES_256_GCM_SHA384         CipherSuite = 0x00ab
	TLS_RSA_PSK_WITH_AES_128_GCM_SHA256         CipherSuite = 0x00ac
	TLS_RSA_PSK_WITH_AES_256_GCM_SHA384         CipherSuite = 0x00ad
	TLS_PSK_WITH_AES_128_CBC_SHA256             CipherSuite = 0x00ae
	TLS_PSK_WITH_AES_256_CBC_SHA384             CipherSuite = 0x00af
	TLS_DHE_PSK_WITH_AES_128_CBC_SHA256         CipherSuite = 0x00b2
	TLS_DHE_PSK_WITH_AES_256_CBC_SHA384         CipherSuite = 0x00b3
	TLS_RSA_PSK_WITH_AES_128_CBC_SHA256         CipherSuite = 0x00b6
	TLS_RSA_PSK_WITH_AES_256_CBC_SHA384         CipherSuite = 0x00b7
	TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA          CipherSuite = 0xc035
	TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA          CipherSuite = 0xc036
	TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256       CipherSuite = 0xc037
	TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384       CipherSuite = 0xc038
	TLS_PSK_WITH_AES_128_CCM                    CipherSuite = 0xc0a4
	TLS_PSK_WITH_AES_256_CCM                    CipherSuite = 0xc0a5
	TLS_DHE_PSK_WITH_AES_128_CCM                CipherSuite = 0xc0a6
	TLS_DHE_PSK_WITH_AES_256_CCM                CipherSuite = 0xc0a7
	TLS_PSK_WITH_AES_128_CCM_8                  CipherSuite = 0xc0a8
	TLS_PSK_WITH_AES_256_CCM_8                  CipherSuite = 0xc0a9
	TLS_PSK_DHE_WITH_AES_128_CCM_8              CipherSuite = 0xc0aa
	TLS_PSK_DHE_WITH_AES_256_CCM_8              CipherSuite = 0xc0ab
	TLS_PSK_WITH_CHACHA20_POLY1305_SHA256       CipherSuite = 0xccab
	TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 CipherSuite = 0xccac
	TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256   CipherSuite = 0xccad
	TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256   CipherSuite = 0xccae
	TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256       CipherSuite = 0xd001
	TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384       CipherSuite = 0xd002
	TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256     CipherSuite = 0xd003
	TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256       CipherSuite = 0xd005
)

// Signals in the list of suites that are none. RFC 5746, Section 3.3. RFC 7507, Section 2.
const (
	TLS_EMPTY_RENEGOTIATION_INFO_SCSV CipherSuite = 0x00ff
	TLS_FALLBACK_SCSV                 CipherSuite = 0x5600
)

// String returns the registry's name; an unknown suite prints as CipherSuite(0x1234).
func (s CipherSuite) String() string { return nameOf(cipherSuiteNames[:], s, "CipherSuite") }

// ParseCipherSuite returns the suite of a registry name, without regard to upper and lower case.
func ParseCipherSuite(name string) (CipherSuite, bool) { return valueOf(cipherSuiteNames[:], name) }
