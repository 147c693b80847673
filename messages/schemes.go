package messages

// SignatureScheme is a codepoint of the IANA registry "TLS SignatureScheme". In TLS 1.2 the same two bytes are a hash
// and a signature algorithm. RFC 8446, Section 4.2.3.
type SignatureScheme uint16

// The schemes of RFC 8446, Section 4.2.3., the national ones of RFC 8734, RFC 8998 and RFC 9367, those for client keys
// that can do nothing but PKCS #1, and ML-DSA.
const (
	RSAPKCS1SHA1              SignatureScheme = 0x0201
	DSASHA1                   SignatureScheme = 0x0202
	ECDSASHA1                 SignatureScheme = 0x0203
	RSAPKCS1SHA224            SignatureScheme = 0x0301
	ECDSASHA224               SignatureScheme = 0x0303
	RSAPKCS1SHA256            SignatureScheme = 0x0401
	DSASHA256                 SignatureScheme = 0x0402
	ECDSASecp256r1SHA256      SignatureScheme = 0x0403
	RSAPKCS1SHA256Legacy      SignatureScheme = 0x0420
	RSAPKCS1SHA384            SignatureScheme = 0x0501
	ECDSASecp384r1SHA384      SignatureScheme = 0x0503
	RSAPKCS1SHA384Legacy      SignatureScheme = 0x0520
	RSAPKCS1SHA512            SignatureScheme = 0x0601
	ECDSASecp521r1SHA512      SignatureScheme = 0x0603
	RSAPKCS1SHA512Legacy      SignatureScheme = 0x0620
	SM2SM3                    SignatureScheme = 0x0708
	GOSTR34102012256A         SignatureScheme = 0x0709
	GOSTR34102012256B         SignatureScheme = 0x070a
	GOSTR34102012256C         SignatureScheme = 0x070b
	GOSTR34102012256D         SignatureScheme = 0x070c
	GOSTR34102012512A         SignatureScheme = 0x070d
	GOSTR34102012512B         SignatureScheme = 0x070e
	GOSTR34102012512C         SignatureScheme = 0x070f
	RSAPSSRSAESHA256          SignatureScheme = 0x0804
	RSAPSSRSAESHA384          SignatureScheme = 0x0805
	RSAPSSRSAESHA512          SignatureScheme = 0x0806
	Ed25519                   SignatureScheme = 0x0807
	Ed448                     SignatureScheme = 0x0808
	RSAPSSPSSSHA256           SignatureScheme = 0x0809
	RSAPSSPSSSHA384           SignatureScheme = 0x080a
	RSAPSSPSSSHA512           SignatureScheme = 0x080b
	ECDSABrainpoolP256r1TLS13 SignatureScheme = 0x081a
	ECDSABrainpoolP384r1TLS13 SignatureScheme = 0x081b
	ECDSABrainpoolP512r1TLS13 SignatureScheme = 0x081c
	MLDSA44                   SignatureScheme = 0x0904
	MLDSA65                   SignatureScheme = 0x0905
	MLDSA87                   SignatureScheme = 0x0906
)

// String returns the registry's name; an unknown scheme prints as SignatureScheme(0x1234).
func (s SignatureScheme) String() string {
	return nameOf(signatureSchemeNames[:], s, "SignatureScheme")
}

// ParseSignatureScheme returns the scheme of a registry name, without regard to upper and lower case.
func ParseSignatureScheme(name string) (SignatureScheme, bool) {
	return valueOf(signatureSchemeNames[:], name)
}

var signatureSchemeNames = [...]named[SignatureScheme]{
	{RSAPKCS1SHA1, "rsa_pkcs1_sha1"},
	{DSASHA1, "dsa_sha1"},
	{ECDSASHA1, "ecdsa_sha1"},
	{RSAPKCS1SHA224, "rsa_pkcs1_sha224"},
	{ECDSASHA224, "ecdsa_sha224"},
	{RSAPKCS1SHA256, "rsa_pkcs1_sha256"},
	{DSASHA256, "dsa_sha256"},
	{ECDSASecp256r1SHA256, "ecdsa_secp256r1_sha256"},
	{RSAPKCS1SHA256Legacy, "rsa_pkcs1_sha256_legacy"},
	{RSAPKCS1SHA384, "rsa_pkcs1_sha384"},
	{ECDSASecp384r1SHA384, "ecdsa_secp384r1_sha384"},
	{RSAPKCS1SHA384Legacy, "rsa_pkcs1_sha384_legacy"},
	{RSAPKCS1SHA512, "rsa_pkcs1_sha512"},
	{ECDSASecp521r1SHA512, "ecdsa_secp521r1_sha512"},
	{RSAPKCS1SHA512Legacy, "rsa_pkcs1_sha512_legacy"},
	{SM2SM3, "sm2sig_sm3"},
	{GOSTR34102012256A, "gostr34102012_256a"},
	{GOSTR34102012256B, "gostr34102012_256b"},
	{GOSTR34102012256C, "gostr34102012_256c"},
	{GOSTR34102012256D, "gostr34102012_256d"},
	{GOSTR34102012512A, "gostr34102012_512a"},
	{GOSTR34102012512B, "gostr34102012_512b"},
	{GOSTR34102012512C, "gostr34102012_512c"},
	{RSAPSSRSAESHA256, "rsa_pss_rsae_sha256"},
	{RSAPSSRSAESHA384, "rsa_pss_rsae_sha384"},
	{RSAPSSRSAESHA512, "rsa_pss_rsae_sha512"},
	{Ed25519, "ed25519"},
	{Ed448, "ed448"},
	{RSAPSSPSSSHA256, "rsa_pss_pss_sha256"},
	{RSAPSSPSSSHA384, "rsa_pss_pss_sha384"},
	{RSAPSSPSSSHA512, "rsa_pss_pss_sha512"},
	{ECDSABrainpoolP256r1TLS13, "ecdsa_brainpoolP256r1tls13_sha256"},
	{ECDSABrainpoolP384r1TLS13, "ecdsa_brainpoolP384r1tls13_sha384"},
	{ECDSABrainpoolP512r1TLS13, "ecdsa_brainpoolP512r1tls13_sha512"},
	{MLDSA44, "mldsa44"},
	{MLDSA65, "mldsa65"},
	{MLDSA87, "mldsa87"},
}
