package main

import (
	"errors"
	"strings"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

// reasonRow says under which word the tests know a refusal. An empty field matches everything; the first row that matches counts.
type reasonRow struct {
	refusal string
	detail  string           // part of the error's detail
	state   string           // part of the state's name
	version messages.Version // agreed on
	alert   messages.Alert
	reason  string // more than one with colons between
}

// reasons is the only place where the words of the test suite meet the engine's catalogue of refusals.
var reasons = []reasonRow{
	// Two words: the cipher's complaint and the record layer's stand one behind the other in the queue of errors.
	{refusal: "bad_record_mac", reason: "BAD_DECRYPT:DECRYPTION_FAILED_OR_BAD_RECORD_MAC"},
	{refusal: "no_content_type", reason: "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"},
	{refusal: "record_overflow", detail: "bytes", reason: "ENCRYPTED_LENGTH_TOO_LONG"},
	{refusal: "record_overflow", reason: "DATA_LENGTH_TOO_LONG"},
	{refusal: "unexpected_record", reason: "UNEXPECTED_RECORD"},
	{refusal: "unprotected_record", reason: "INVALID_OUTER_RECORD_TYPE"},
	{refusal: "unexpected_data", reason: "UNEXPECTED_RECORD"},
	{refusal: "interleaved_record", reason: "UNEXPECTED_RECORD"},
	{refusal: "empty_record", reason: "UNEXPECTED_RECORD"},
	{refusal: "too_many_empty_records", reason: "TOO_MANY_EMPTY_FRAGMENTS"},
	{refusal: "bad_change_cipher_spec", detail: "in state", version: messages.TLS12, reason: "UNEXPECTED_RECORD"},
	{refusal: "bad_change_cipher_spec", reason: "BAD_CHANGE_CIPHER_SPEC"},
	{refusal: "record_version", detail: "0x4f4e", reason: "HTTPS_PROXY_REQUEST"}, // CONNECT
	{refusal: "record_version", detail: "0x4554", reason: "HTTP_REQUEST"},        // GET
	{refusal: "record_version", detail: "0x4541", reason: "HTTP_REQUEST"},        // HEAD
	{refusal: "record_version", detail: "0x4f53", reason: "HTTP_REQUEST"},        // POST
	{refusal: "record_version", detail: "0x5554", reason: "HTTP_REQUEST"},        // PUT
	{refusal: "record_version", reason: "WRONG_VERSION_NUMBER"},
	{refusal: "malformed_alert", reason: "BAD_ALERT"},
	{refusal: "too_many_warnings", reason: "TOO_MANY_WARNING_ALERTS"},
	{refusal: "too_much_skipped", reason: "TOO_MUCH_SKIPPED_EARLY_DATA"},
	{refusal: "unexpected_message", state: "ChangeCipherSpec", version: messages.TLS12, reason: "UNEXPECTED_RECORD"},
	{refusal: "unexpected_message", state: "clientConnected12", reason: "BAD_HELLO_REQUEST"},
	{refusal: "unexpected_message", reason: "UNEXPECTED_MESSAGE"},
	{refusal: "malformed_message", detail: "client_hello", reason: "CLIENTHELLO_PARSE_FAILED"},
	{refusal: "malformed_message", detail: "hello_request", reason: "BAD_HELLO_REQUEST"},
	{refusal: "malformed_message", detail: "certificate: wire: a length is out of bounds", version: messages.TLS13, reason: "INVALID_RAW_PUBLIC_KEY"},
	{refusal: "malformed_message", reason: "DECODE_ERROR"},
	{refusal: "srtp_profile_not_offered", reason: "BAD_SRTP_PROTECTION_PROFILE_LIST"},
	{refusal: "srtp_identifier_changed", reason: "BAD_SRTP_MKI_VALUE"},
	{refusal: "message_too_large", detail: "once decompressed", reason: "UNCOMPRESSED_CERT_TOO_LARGE"},
	{refusal: "compression_not_offered", reason: "UNKNOWN_CERT_COMPRESSION_ALG"},
	{refusal: "bad_compression", reason: "CERT_DECOMPRESSION_FAILED"},
	{refusal: "message_too_large", reason: "EXCESSIVE_MESSAGE_SIZE"},
	{refusal: "key_change_in_record", reason: "EXCESS_HANDSHAKE_DATA"},
	{refusal: "malformed_extension", detail: "application_layer_protocol_negotiation", reason: "PARSE_TLSEXT"},
	{refusal: "malformed_extension", detail: "pre_shared_key", reason: "DECODE_ERROR"},
	{refusal: "malformed_extension", detail: "key_share", reason: "DECODE_ERROR"},
	{refusal: "malformed_extension", detail: "status_request", version: messages.TLS12, reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "malformed_extension", detail: "status_request", reason: "DECODE_ERROR"},
	{refusal: "malformed_extension", detail: "cookie", reason: "DECODE_ERROR"},
	{refusal: "malformed_extension", detail: "signature_algorithms", state: "waitCertificateOrRequest", reason: "DECODE_ERROR"},
	{refusal: "malformed_extension", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "duplicate_extension", reason: "DUPLICATE_EXTENSION"},
	{refusal: "unsolicited_extension", detail: "ec_point_formats", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "unsolicited_extension", reason: "UNEXPECTED_EXTENSION"},
	{refusal: "misplaced_extension", detail: "extended_master_secret", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "misplaced_extension", detail: "ec_point_formats", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "misplaced_extension", detail: "renegotiation_info", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "misplaced_extension", detail: "session_ticket", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "misplaced_extension", reason: "UNEXPECTED_EXTENSION"},
	{refusal: "parameters_over_stream", reason: "UNEXPECTED_EXTENSION"},
	{refusal: "missing_extension", detail: "key_share", reason: "MISSING_KEY_SHARE"},
	{refusal: "missing_extension", detail: "supported_groups", reason: "NO_SHARED_GROUP"},
	{refusal: "missing_extension", detail: "signature_algorithms", reason: "NO_COMMON_SIGNATURE_ALGORITHMS"},
	{refusal: "missing_extension", reason: "MISSING_EXTENSION"},
	{refusal: "no_mutual_version", state: "waitRetriedServerHello", reason: "SECOND_SERVERHELLO_VERSION_MISMATCH"},
	{refusal: "no_mutual_version", reason: "UNSUPPORTED_PROTOCOL"},
	{refusal: "version_not_offered", state: "waitRetriedServerHello", reason: "SECOND_SERVERHELLO_VERSION_MISMATCH"},
	{refusal: "version_not_offered", detail: "TLS 1.2", reason: "UNEXPECTED_EXTENSION"},
	{refusal: "version_not_offered", reason: "UNSUPPORTED_PROTOCOL"},
	{refusal: "legacy_version", state: "waitRetriedServerHello", reason: "DECODE_ERROR"},
	{refusal: "legacy_version", reason: "UNSUPPORTED_PROTOCOL"},
	{refusal: "downgrade_sentinel", reason: "TLS13_DOWNGRADE"},
	{refusal: "session_id_mismatch", reason: "SERVER_ECHOED_INVALID_SESSION_ID"},
	{refusal: "suite_not_offered", reason: "WRONG_CIPHER_RETURNED"},
	{refusal: "compression_not_null", state: "ServerHello", version: messages.TLS12, reason: "UNSUPPORTED_COMPRESSION_ALGORITHM"},
	{refusal: "compression_not_null", state: "ServerHello", reason: "DECODE_ERROR"},
	{refusal: "compression_not_null", reason: "INVALID_COMPRESSION_LIST"},
	{refusal: "no_mutual_suite", reason: "NO_SHARED_CIPHER"},
	{refusal: "no_mutual_group", reason: "NO_SHARED_GROUP"},
	{refusal: "no_mutual_scheme", reason: "NO_COMMON_SIGNATURE_ALGORITHMS"},
	{refusal: "no_application_protocol", reason: "NO_APPLICATION_PROTOCOL"},
	{refusal: "protocol_not_offered", reason: "INVALID_ALPN_PROTOCOL"},
	{refusal: "group_not_offered", reason: "WRONG_CURVE"},
	{refusal: "duplicate_key_share", reason: "DUPLICATE_KEY_SHARE"},
	{refusal: "bad_key_share", reason: "BAD_ECPOINT"},
	{refusal: "second_retry", reason: "UNEXPECTED_MESSAGE"},
	{refusal: "retry_without_change", reason: "EMPTY_HELLO_RETRY_REQUEST"},
	{refusal: "retry_group", reason: "WRONG_CURVE"},
	{refusal: "retry_changed_suite", reason: "WRONG_CIPHER_RETURNED"},
	{refusal: "retry_changed_group", reason: "WRONG_CURVE"},
	{refusal: "session_id_over_quic", reason: "UNEXPECTED_COMPATIBILITY_MODE"},
	{refusal: "crypto_at_wrong_level", reason: "WRONG_ENCRYPTION_LEVEL_RECEIVED"},
	{refusal: "retried_hello_changed", reason: "INCONSISTENT_CLIENT_HELLO"},
	{refusal: "early_data_after_retry", reason: "UNEXPECTED_EXTENSION"},
	{refusal: "early_data_mismatch", detail: "the session is not resumed", reason: "UNEXPECTED_EXTENSION"},
	{refusal: "early_data_mismatch", detail: "the suite", reason: "CIPHER_MISMATCH_ON_EARLY_DATA"},
	{refusal: "early_data_mismatch", detail: "the server chose", reason: "WRONG_VERSION_ON_EARLY_DATA"},
	{refusal: "early_data_mismatch", reason: "ALPN_MISMATCH_ON_EARLY_DATA"},
	{refusal: "too_much_early_data", reason: "TOO_MUCH_READ_EARLY_DATA"},
	{refusal: "psk_mode_not_offered", reason: "MISSING_KEY_SHARE"},
	{refusal: "psk_not_last", reason: "PRE_SHARED_KEY_MUST_BE_LAST"},
	{refusal: "psk_without_modes", reason: "MISSING_EXTENSION"},
	{refusal: "binder_count", reason: "PSK_IDENTITY_BINDER_COUNT_MISMATCH"},
	{refusal: "bad_binder", reason: "DIGEST_CHECK_FAILED"},
	{refusal: "psk_out_of_range", reason: "PSK_IDENTITY_NOT_FOUND"},
	{refusal: "psk_hash_mismatch", reason: "OLD_SESSION_PRF_HASH_MISMATCH"},
	{refusal: "psk_required", reason: "MISSING_EXTENSION"},
	{refusal: "no_mutual_psk", detail: "psk_key_exchange_modes", reason: "NO_SUPPORTED_PSK_MODE"},
	{refusal: "no_mutual_psk", reason: "PSK_IDENTITY_NOT_FOUND"},
	{refusal: "psk_not_known", reason: "PSK_IDENTITY_NOT_FOUND"},
	{refusal: "no_credential", reason: "NO_CERTIFICATE_SET"},
	{refusal: "certificate_context", reason: "DECODE_ERROR"},
	{refusal: "empty_server_certificate", version: messages.TLS12, reason: "DECODE_ERROR"},
	{refusal: "empty_server_certificate", reason: "PEER_DID_NOT_RETURN_A_CERTIFICATE"},
	{refusal: "certificate_required", reason: "PEER_DID_NOT_RETURN_A_CERTIFICATE"},
	{refusal: "no_mutual_certificate_type", reason: "UNSUPPORTED_CERTIFICATE"},
	{refusal: "certificate_type_not_offered", reason: "UNSUPPORTED_CERTIFICATE"},
	{refusal: "default_certificate_type_alone", reason: "DECODE_ERROR"},
	{refusal: "malformed_raw_key", reason: "DECODE_ERROR"},
	{refusal: "several_raw_keys", reason: "INVALID_RAW_PUBLIC_KEY"},
	{refusal: "scheme_not_offered", reason: "WRONG_SIGNATURE_TYPE"},
	{refusal: "scheme_for_other_key", reason: "WRONG_SIGNATURE_TYPE"},
	{refusal: "bad_signature", reason: "BAD_SIGNATURE"},
	{refusal: "bad_finished", reason: "DIGEST_CHECK_FAILED"},
	{refusal: "bad_key_update", reason: "DECODE_ERROR"},
	{refusal: "too_many_key_updates", reason: "TOO_MANY_KEY_UPDATES"},

	// TLS 1.2.
	{refusal: "session_not_offered", detail: "TLS 1.3", reason: "OLD_SESSION_VERSION_NOT_RETURNED"},
	{refusal: "session_not_offered", reason: "SERVER_ECHOED_INVALID_SESSION_ID"},
	{refusal: "resumed_suite_changed", reason: "OLD_SESSION_CIPHER_NOT_RETURNED"},
	{refusal: "resumed_extended_master", detail: "the session has none of extended_master_secret", reason: "RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION"},
	{refusal: "resumed_extended_master", reason: "RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION"},
	{refusal: "key_for_other_suite", reason: "WRONG_CERTIFICATE_TYPE"},
	{refusal: "key_on_other_curve", reason: "BAD_ECC_CERT"},
	{refusal: "inappropriate_fallback", reason: "INAPPROPRIATE_FALLBACK"},
	{refusal: "no_uncompressed_points", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "renegotiation_mismatch", reason: "RENEGOTIATION_MISMATCH"},
	{refusal: "retry_changed_version", reason: "SECOND_SERVERHELLO_VERSION_MISMATCH"},
	{refusal: "encrypt_then_mac_without_cbc", reason: "ERROR_PARSING_EXTENSION"},
	{refusal: "too_many_renegotiations", reason: "NO_RENEGOTIATION"},
	{refusal: "renegotiated_version", reason: "WRONG_SSL_VERSION"},
	{refusal: "renegotiated_extended_master", reason: "RENEGOTIATION_EMS_MISMATCH"},
	{refusal: "certificate_changed", reason: "SERVER_CERT_CHANGED"},
	{refusal: "unknown_psk", reason: "PSK_IDENTITY_NOT_FOUND"},

	{refusal: "peer_alert", alert: messages.AlertHandshakeFailure, state: "waitServerHello", reason: "HANDSHAKE_FAILURE_ON_CLIENT_HELLO"},
}

// reasonOf gives the word for a fatal error. What the shim's own answers refused has its word with it; an alert of the peer's goes by its name.
func reasonOf(err *engine.Error, version messages.Version) string {
	var own *namedError
	if errors.As(err.Err, &own) {
		return own.reason
	}
	for _, row := range reasons {
		if row.refusal == err.Refusal.Name && strings.Contains(err.Detail, row.detail) &&
			strings.Contains(err.State, row.state) && (row.version == 0 || row.version == version) && (row.alert == 0 || row.alert == err.Alert) {
			return row.reason
		}
	}
	if err.Received {
		return alertReason(err.Alert)
	}
	return strings.ToUpper(err.Refusal.Name)
}

// alertReason follows the two families in which OpenSSL once sorted the alerts: those of SSL 3.0, and those that came with TLS 1.0 and later.
func alertReason(alert messages.Alert) string {
	family := "TLSV1_ALERT_"
	switch alert {
	case messages.AlertCloseNotify, messages.AlertUnexpectedMessage, messages.AlertBadRecordMAC, messages.AlertDecompressionFailure,
		messages.AlertHandshakeFailure, messages.AlertNoCertificate, messages.AlertBadCertificate, messages.AlertUnsupportedCertificate,
		messages.AlertCertificateRevoked, messages.AlertCertificateExpired, messages.AlertCertificateUnknown, messages.AlertIllegalParameter:
		family = "SSLV3_ALERT_"
	}
	return family + strings.ToUpper(alert.String())
}
