package messages

// AlertLevel is how grave an alert is said to be; TLS 1.3 goes by the description alone. RFC 8446, Section 6.
type AlertLevel uint8

// The two levels.
const (
	LevelWarning AlertLevel = 1
	LevelFatal   AlertLevel = 2
)

// String returns the RFC's name; an unknown level prints as AlertLevel(0x03).
func (l AlertLevel) String() string { return nameOf(alertLevelNames[:], l, "AlertLevel") }

// Alert is the description in an alert: a codepoint of the IANA registry "TLS Alerts". RFC 8446, Section 6.
type Alert uint8

// The alerts of the registry.
const (
	AlertCloseNotify                  Alert = 0
	AlertUnexpectedMessage            Alert = 10
	AlertBadRecordMAC                 Alert = 20
	AlertDecryptionFailed             Alert = 21
	AlertRecordOverflow               Alert = 22
	AlertDecompressionFailure         Alert = 30
	AlertHandshakeFailure             Alert = 40
	AlertNoCertificate                Alert = 41
	AlertBadCertificate               Alert = 42
	AlertUnsupportedCertificate       Alert = 43
	AlertCertificateRevoked           Alert = 44
	AlertCertificateExpired           Alert = 45
	AlertCertificateUnknown           Alert = 46
	AlertIllegalParameter             Alert = 47
	AlertUnknownCA                    Alert = 48
	AlertAccessDenied                 Alert = 49
	AlertDecodeError                  Alert = 50
	AlertDecryptError                 Alert = 51
	AlertTooManyCIDsRequested         Alert = 52
	AlertExportRestriction            Alert = 60
	AlertProtocolVersion              Alert = 70
	AlertInsufficientSecurity         Alert = 71
	AlertInternalError                Alert = 80
	AlertInappropriateFallback        Alert = 86
	AlertUserCanceled                 Alert = 90
	AlertNoRenegotiation              Alert = 100
	AlertMissingExtension             Alert = 109
	AlertUnsupportedExtension         Alert = 110
	AlertCertificateUnobtainable      Alert = 111
	AlertUnrecognizedName             Alert = 112
	AlertBadCertificateStatusResponse Alert = 113
	AlertBadCertificateHashValue      Alert = 114
	AlertUnknownPSKIdentity           Alert = 115
	AlertCertificateRequired          Alert = 116
	AlertGeneralError                 Alert = 117
	AlertNoApplicationProtocol        Alert = 120
	AlertECHRequired                  Alert = 121
)

// String returns the registry's name; an unknown alert prints as Alert(0xff).
func (a Alert) String() string { return nameOf(alertNames[:], a, "Alert") }

// AlertMessageLen is the number of bytes of an alert. RFC 8446, Section 6.
const AlertMessageLen = 2

// AlertMessage is what one alert record carries. RFC 8446, Section 6.
type AlertMessage struct {
	Level       AlertLevel
	Description Alert
}

// ParseAlert reads an alert that is exactly b; ok is false if b is not AlertMessageLen bytes. Unknown levels and
// descriptions are kept.
func ParseAlert(b []byte) (m AlertMessage, ok bool) {
	if len(b) != AlertMessageLen {
		return AlertMessage{}, false
	}
	return AlertMessage{AlertLevel(b[0]), Alert(b[1])}, true
}

// Append appends the alert's AlertMessageLen bytes to dst.
func (m AlertMessage) Append(dst []byte) []byte {
	return append(dst, byte(m.Level), byte(m.Description))
}

var alertLevelNames = [...]named[AlertLevel]{
	{LevelWarning, "warning"},
	{LevelFatal, "fatal"},
}

var alertNames = [...]named[Alert]{
	{AlertCloseNotify, "close_notify"},
	{AlertUnexpectedMessage, "unexpected_message"},
	{AlertBadRecordMAC, "bad_record_mac"},
	{AlertDecryptionFailed, "decryption_failed"},
	{AlertRecordOverflow, "record_overflow"},
	{AlertDecompressionFailure, "decompression_failure"},
	{AlertHandshakeFailure, "handshake_failure"},
	{AlertNoCertificate, "no_certificate"},
	{AlertBadCertificate, "bad_certificate"},
	{AlertUnsupportedCertificate, "unsupported_certificate"},
	{AlertCertificateRevoked, "certificate_revoked"},
	{AlertCertificateExpired, "certificate_expired"},
	{AlertCertificateUnknown, "certificate_unknown"},
	{AlertIllegalParameter, "illegal_parameter"},
	{AlertUnknownCA, "unknown_ca"},
	{AlertAccessDenied, "access_denied"},
	{AlertDecodeError, "decode_error"},
	{AlertDecryptError, "decrypt_error"},
	{AlertTooManyCIDsRequested, "too_many_cids_requested"},
	{AlertExportRestriction, "export_restriction"},
	{AlertProtocolVersion, "protocol_version"},
	{AlertInsufficientSecurity, "insufficient_security"},
	{AlertInternalError, "internal_error"},
	{AlertInappropriateFallback, "inappropriate_fallback"},
	{AlertUserCanceled, "user_canceled"},
	{AlertNoRenegotiation, "no_renegotiation"},
	{AlertMissingExtension, "missing_extension"},
	{AlertUnsupportedExtension, "unsupported_extension"},
	{AlertCertificateUnobtainable, "certificate_unobtainable"},
	{AlertUnrecognizedName, "unrecognized_name"},
	{AlertBadCertificateStatusResponse, "bad_certificate_status_response"},
	{AlertBadCertificateHashValue, "bad_certificate_hash_value"},
	{AlertUnknownPSKIdentity, "unknown_psk_identity"},
	{AlertCertificateRequired, "certificate_required"},
	{AlertGeneralError, "general_error"},
	{AlertNoApplicationProtocol, "no_application_protocol"},
	{AlertECHRequired, "ech_required"},
}
