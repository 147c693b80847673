package secrets

import (
	"math"

	"github.com/tacitls/tacitls/messages"
)

// aesCBC is the cipher of TLS 1.2 beside those of TLS 1.3.
const aesCBC aead = 0x10

const (
	// saltLen is the length of the part of a nonce that the key block gives.
	saltLen = 4
	// cbcBlock is the block length of AES, and the length of its IVs.
	cbcBlock = 16
)

// suites12 is the table of LookupSuite12, in the order of Suites12. Nothing writes
// to it. RFC 5246, RFC 5288, RFC 5289, RFC 5487, RFC 5489, RFC 6655, RFC 7251,
// RFC 7905, RFC 8422 and RFC 8442.
var suites12 = [...]Suite12{
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, KeyExchangeECDHE, AuthenticationECDSA, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeECDHE, AuthenticationECDSA, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 16, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 32, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 16, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 32, macNone},
	{messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, KeyExchangeECDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, KeyExchangeECDHE, AuthenticationRSA, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeECDHE, AuthenticationRSA, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, KeyExchangeDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, KeyExchangeDHE, AuthenticationRSA, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeDHE, AuthenticationRSA, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_DHE_RSA_WITH_AES_128_CCM, KeyExchangeDHE, AuthenticationRSA, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 16, macNone},
	{messages.TLS_DHE_RSA_WITH_AES_256_CCM, KeyExchangeDHE, AuthenticationRSA, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 32, macNone},
	{messages.TLS_DHE_RSA_WITH_AES_128_CCM_8, KeyExchangeDHE, AuthenticationRSA, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 16, macNone},
	{messages.TLS_DHE_RSA_WITH_AES_256_CCM_8, KeyExchangeDHE, AuthenticationRSA, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 32, macNone},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384, KeyExchangeECDHEPSK, AuthenticationPSK, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 16, macNone},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 16, macNone},
	{messages.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384, KeyExchangeDHEPSK, AuthenticationPSK, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_DHE_PSK_WITH_AES_128_CCM, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 16, macNone},
	{messages.TLS_DHE_PSK_WITH_AES_256_CCM, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 32, macNone},
	{messages.TLS_PSK_DHE_WITH_AES_128_CCM_8, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 16, macNone},
	{messages.TLS_PSK_DHE_WITH_AES_256_CCM_8, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 32, macNone},
	{messages.TLS_PSK_WITH_AES_128_GCM_SHA256, KeyExchangePSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_PSK_WITH_AES_256_GCM_SHA384, KeyExchangePSK, AuthenticationPSK, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_PSK_WITH_CHACHA20_POLY1305_SHA256, KeyExchangePSK, AuthenticationPSK, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_PSK_WITH_AES_128_CCM, KeyExchangePSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 16, macNone},
	{messages.TLS_PSK_WITH_AES_256_CCM, KeyExchangePSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 32, macNone},
	{messages.TLS_PSK_WITH_AES_128_CCM_8, KeyExchangePSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 16, macNone},
	{messages.TLS_PSK_WITH_AES_256_CCM_8, KeyExchangePSK, AuthenticationPSK, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 32, macNone},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, KeyExchangeECDHE, AuthenticationECDSA, SHA384, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA384},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, KeyExchangeECDHE, AuthenticationECDSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, KeyExchangeECDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, KeyExchangeECDHE, AuthenticationRSA, SHA384, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA384},
	{messages.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, KeyExchangeECDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, KeyExchangeECDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, KeyExchangeDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, KeyExchangeDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA256},
	{messages.TLS_DHE_RSA_WITH_AES_128_CBC_SHA, KeyExchangeDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_DHE_RSA_WITH_AES_256_CBC_SHA, KeyExchangeDHE, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384, KeyExchangeECDHEPSK, AuthenticationPSK, SHA384, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA384},
	{messages.TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA, KeyExchangeECDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_DHE_PSK_WITH_AES_128_CBC_SHA256, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_DHE_PSK_WITH_AES_256_CBC_SHA384, KeyExchangeDHEPSK, AuthenticationPSK, SHA384, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA384},
	{messages.TLS_DHE_PSK_WITH_AES_128_CBC_SHA, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_DHE_PSK_WITH_AES_256_CBC_SHA, KeyExchangeDHEPSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_PSK_WITH_AES_128_CBC_SHA256, KeyExchangePSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_PSK_WITH_AES_256_CBC_SHA384, KeyExchangePSK, AuthenticationPSK, SHA384, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA384},
	{messages.TLS_PSK_WITH_AES_128_CBC_SHA, KeyExchangePSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_PSK_WITH_AES_256_CBC_SHA, KeyExchangePSK, AuthenticationPSK, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_RSA_PSK_WITH_AES_128_GCM_SHA256, KeyExchangeRSAPSK, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_RSA_PSK_WITH_AES_256_GCM_SHA384, KeyExchangeRSAPSK, AuthenticationRSA, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeRSAPSK, AuthenticationRSA, SHA256, math.MaxUint64, 1 << 36, chaCha20Poly1305, 32, macNone},
	{messages.TLS_RSA_WITH_AES_128_GCM_SHA256, KeyExchangeRSA, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesGCM, 16, macNone},
	{messages.TLS_RSA_WITH_AES_256_GCM_SHA384, KeyExchangeRSA, AuthenticationRSA, SHA384, aesGCMRecords, 1 << 36, aesGCM, 32, macNone},
	{messages.TLS_RSA_WITH_AES_128_CCM, KeyExchangeRSA, AuthenticationRSA, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 16, macNone},
	{messages.TLS_RSA_WITH_AES_256_CCM, KeyExchangeRSA, AuthenticationRSA, SHA256, aesCCMRecords, aesCCMForgeries, aesCCM, 32, macNone},
	{messages.TLS_RSA_WITH_AES_128_CCM_8, KeyExchangeRSA, AuthenticationRSA, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 16, macNone},
	{messages.TLS_RSA_WITH_AES_256_CCM_8, KeyExchangeRSA, AuthenticationRSA, SHA256, aesCCMRecords, aesCCM8Forgeries, aesCCM8, 32, macNone},
	{messages.TLS_RSA_PSK_WITH_AES_128_CBC_SHA256, KeyExchangeRSAPSK, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_RSA_PSK_WITH_AES_256_CBC_SHA384, KeyExchangeRSAPSK, AuthenticationRSA, SHA384, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA384},
	{messages.TLS_RSA_PSK_WITH_AES_128_CBC_SHA, KeyExchangeRSAPSK, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_RSA_PSK_WITH_AES_256_CBC_SHA, KeyExchangeRSAPSK, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
	{messages.TLS_RSA_WITH_AES_128_CBC_SHA256, KeyExchangeRSA, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA256},
	{messages.TLS_RSA_WITH_AES_256_CBC_SHA256, KeyExchangeRSA, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA256},
	{messages.TLS_RSA_WITH_AES_128_CBC_SHA, KeyExchangeRSA, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 16, macSHA1},
	{messages.TLS_RSA_WITH_AES_256_CBC_SHA, KeyExchangeRSA, AuthenticationRSA, SHA256, aesGCMRecords, 1 << 36, aesCBC, 32, macSHA1},
}
