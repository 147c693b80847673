package refuse

import "github.com/tacitls/tacitls/messages"

// The refusals. Each has one row in the table below.
const (
	// The engine itself.
	Internal Refusal = iota
	Entropy
	Aborted
	AnswerRefused
	PeerRejected
	SigningFailed
	BadAnswer

	// Records.
	RecordOverflow
	BadRecordMAC
	NoContentType
	UnexpectedRecord
	UnprotectedRecord
	UnexpectedData
	InterleavedRecord
	EmptyRecord
	TooManyEmptyRecords
	BadChangeCipherSpec
	RecordVersion
	MalformedAlert
	TooManyWarnings
	SequenceExhausted
	TooMuchSkipped
	PeerAlert
	Truncated

	// Messages.
	UnexpectedMessage
	MalformedMessage
	MessageTooLarge
	KeyChangeInRecord
	MalformedExtension
	DuplicateExtension
	UnsolicitedExtension
	MisplacedExtension
	MissingExtension

	// The choice of version and parameters.
	NoMutualVersion
	VersionNotOffered
	LegacyVersion
	DowngradeSentinel
	SessionIDMismatch
	SuiteNotOffered
	CompressionNotNull
	NoMutualSuite
	NoMutualGroup
	NoMutualScheme
	NoApplicationProtocol
	ProtocolNotOffered
	SRTPProfileNotOffered
	SRTPIdentifierChanged
	ParametersOverStream
	ParametersTooLarge
	CryptoAtWrongLevel
	TooMuchCrypto
	SessionIDOverQUIC
	LaterRequestOverQUIC
	EarlyDataLimitOverQUIC
	GroupNotOffered
	DuplicateKeyShare
	BadKeyShare

	// Limits of records.
	RecordSizeLimitTooSmall
	UnknownFragmentLength
	FragmentLengthNotOffered
	TwoRecordLimits

	// HelloRetryRequest.
	SecondRetry
	RetryWithoutChange
	RetryGroup
	RetryChangedSuite
	RetryChangedGroup
	RetryChangedVersion
	CookieTooLarge
	RetriedHelloChanged
	BadCookie
	EarlyDataAfterRetry

	// Pre-shared keys.
	PSKNotLast
	PSKWithoutModes
	BinderCount
	BadBinder
	PSKOutOfRange
	PSKHashMismatch
	PSKModeNotOffered
	PSKRequired
	NoMutualPSK
	PSKNotKnown
	NoCertificateWithPSK
	EarlyDataWithCertificate
	EarlyDataMismatch
	TooMuchEarlyData

	// Authentication.
	NoCredential
	CertificateContext
	EmptyServerCertificate
	CertificateRequired
	SchemeNotOffered
	SchemeForOtherKey
	BadSignature
	BadFinished
	CompressionNotOffered
	BadCompression
	DuplicateOIDFilter

	// Kinds of certificates.
	CertificateTypeNotOffered
	NoMutualCertificateType
	DefaultCertificateTypeAlone
	MalformedRawKey
	SeveralRawKeys

	// Delegated credentials.
	DelegationNotOffered
	DelegationNotValid
	DelegatedSchemeMismatch

	// After the handshake.
	BadKeyUpdate
	TooManyKeyUpdates
	TooManyTickets
	TooManyRequests

	// TLS 1.2.
	RenegotiationMismatch
	NoUncompressedPoints
	EncryptThenMACWithoutCBC
	SessionNotOffered
	ResumedSuiteChanged
	ResumedExtendedMaster
	KeyForOtherSuite
	KeyOnOtherCurve
	InappropriateFallback
	TooManyRenegotiations
	RenegotiatedVersion
	RenegotiatedExtendedMaster
	RenegotiatedName
	CertificateChanged
	InsufficientSecurity
	UnknownFiniteField
	CBCWithoutEncryptThenMAC
	UnknownPSK
	StatusMismatch
	SupplementalNotAgreed
	BadCertificateHash
	BadCertificatePath
)

var catalogue = [...]entry{
	// The engine itself.
	Internal:      {"internal_error", messages.AlertInternalError, "the engine met a bug of its own", "RFC 8446, Section 6.2", true},
	Entropy:       {"entropy_failed", messages.AlertInternalError, "the config's Rand gave no entropy", "RFC 8446, Appendix C.1", true},
	Aborted:       {"aborted", messages.AlertUserCanceled, "the caller gave up the connection", "RFC 8446, Section 6.1", true},
	AnswerRefused: {"answer_refused", messages.AlertHandshakeFailure, "an answer ended the handshake", "RFC 8446, Section 6.2", true},
	PeerRejected:  {"peer_rejected", messages.AlertCertificateUnknown, "the peer's certificate was not accepted", "RFC 8446, Section 4.4.2.4", false},
	SigningFailed: {"signing_failed", messages.AlertInternalError, "no signature could be made", "RFC 8446, Section 4.4.3", true},
	BadAnswer:     {"bad_answer", messages.AlertInternalError, "an answer has what cannot be used", "RFC 8446, Section 6.2", true},

	// Records.
	RecordOverflow:      {"record_overflow", messages.AlertRecordOverflow, "a record is longer than allowed", "RFC 8446, Section 5.2", false},
	BadRecordMAC:        {"bad_record_mac", messages.AlertBadRecordMAC, "a record could not be deprotected", "RFC 8446, Section 5.2", false},
	NoContentType:       {"no_content_type", messages.AlertUnexpectedMessage, "a record holds nothing but padding", "RFC 8446, Section 5.4", false},
	UnexpectedRecord:    {"unexpected_record", messages.AlertUnexpectedMessage, "a record of this type may not come here", "RFC 8446, Section 5", false},
	UnprotectedRecord:   {"unprotected_record", messages.AlertUnexpectedMessage, "a record came in clear where keys are in use", "RFC 8446, Section 5", false},
	UnexpectedData:      {"unexpected_data", messages.AlertUnexpectedMessage, "application data came before the handshake was complete", "RFC 8446, Section 2", false},
	InterleavedRecord:   {"interleaved_record", messages.AlertUnexpectedMessage, "another record came between the parts of a handshake message", "RFC 8446, Section 5.1", false},
	EmptyRecord:         {"empty_record", messages.AlertUnexpectedMessage, "a handshake or alert record is empty", "RFC 8446, Section 5.1", false},
	TooManyEmptyRecords: {"too_many_empty_records", messages.AlertUnexpectedMessage, "too many empty records came in a row", "RFC 8446, Section 5.1", false},
	BadChangeCipherSpec: {"bad_change_cipher_spec", messages.AlertUnexpectedMessage, "a change_cipher_spec record may not come here or is malformed", "RFC 8446, Section 5", false},
	RecordVersion:       {"record_version", messages.AlertProtocolVersion, "a record has the version of no TLS", "RFC 8446, Section 5.1", false},
	MalformedAlert:      {"malformed_alert", messages.AlertDecodeError, "an alert record is not exactly one alert", "RFC 8446, Section 5.1", false},
	TooManyWarnings:     {"too_many_warnings", messages.AlertUnexpectedMessage, "too many warning alerts came in a row", "RFC 8446, Section 6", false},
	SequenceExhausted:   {"sequence_exhausted", messages.AlertInternalError, "the sequence numbers of a key are used up", "RFC 8446, Section 5.3", true},
	TooMuchSkipped:      {"too_much_skipped", messages.AlertUnexpectedMessage, "more early data came than can be passed over", "RFC 8446, Section 4.2.10", false},
	PeerAlert:           {"peer_alert", messages.AlertCloseNotify, "the peer ended the connection", "RFC 8446, Section 6.2", false},
	Truncated:           {"truncated", messages.AlertCloseNotify, "the transport ended without close_notify", "RFC 8446, Section 6.1", false},

	// Messages.
	UnexpectedMessage:  {"unexpected_message", messages.AlertUnexpectedMessage, "a message came that may not come here", "RFC 8446, Section 4", false},
	MalformedMessage:   {"malformed_message", messages.AlertDecodeError, "a message cannot be decoded", "RFC 8446, Section 6", false},
	MessageTooLarge:    {"message_too_large", messages.AlertIllegalParameter, "a handshake message is longer than the bound", "RFC 8446, Section 4", false},
	KeyChangeInRecord:  {"key_change_in_record", messages.AlertUnexpectedMessage, "a record goes on after a message that changes keys or ends a flight", "RFC 8446, Section 5.1", false},
	MalformedExtension: {"malformed_extension", messages.AlertDecodeError, "an extension cannot be decoded", "RFC 8446, Section 4.2", false},
	// No document names the alert: a block that says one thing twice does not decode.
	DuplicateExtension:   {"duplicate_extension", messages.AlertDecodeError, "an extension stands twice in one message", "RFC 8446, Section 4.2", false},
	UnsolicitedExtension: {"unsolicited_extension", messages.AlertUnsupportedExtension, "an extension answers nothing that was offered", "RFC 8446, Section 4.2", false},
	MisplacedExtension:   {"misplaced_extension", messages.AlertIllegalParameter, "an extension stands in a message that is not for it", "RFC 8446, Section 4.2", false},
	MissingExtension:     {"missing_extension", messages.AlertMissingExtension, "an extension is missing that must be there", "RFC 8446, Section 9.2", false},

	// The choice of version and parameters.
	NoMutualVersion:        {"no_mutual_version", messages.AlertProtocolVersion, "there is no version that both ends allow", "RFC 8446, Section 4.2.1", false},
	VersionNotOffered:      {"version_not_offered", messages.AlertIllegalParameter, "the server chose a version that was not offered", "RFC 8446, Section 4.2.1", false},
	LegacyVersion:          {"legacy_version", messages.AlertIllegalParameter, "legacy_version is not that of TLS 1.2", "RFC 8446, Section 4.1.3", false},
	DowngradeSentinel:      {"downgrade_sentinel", messages.AlertIllegalParameter, "the server's random tells of a downgrade", "RFC 8446, Section 4.1.3", false},
	SessionIDMismatch:      {"session_id_mismatch", messages.AlertIllegalParameter, "the server did not echo the session id", "RFC 8446, Section 4.1.3", false},
	SuiteNotOffered:        {"suite_not_offered", messages.AlertIllegalParameter, "the server chose a cipher suite that was not offered", "RFC 8446, Section 4.1.3", false},
	CompressionNotNull:     {"compression_not_null", messages.AlertIllegalParameter, "a compression method other than null is offered or chosen", "RFC 8446, Section 4.1.2", false},
	NoMutualSuite:          {"no_mutual_suite", messages.AlertHandshakeFailure, "there is no cipher suite that both ends allow", "RFC 8446, Section 4.1.1", false},
	NoMutualGroup:          {"no_mutual_group", messages.AlertHandshakeFailure, "there is no group that both ends allow", "RFC 8446, Section 4.1.1", false},
	NoMutualScheme:         {"no_mutual_scheme", messages.AlertHandshakeFailure, "there is no signature scheme that both ends allow", "RFC 8446, Section 4.4.2.2", false},
	NoApplicationProtocol:  {"no_application_protocol", messages.AlertNoApplicationProtocol, "there is no application protocol that both ends allow", "RFC 7301, Section 3.2", false},
	ProtocolNotOffered:     {"protocol_not_offered", messages.AlertIllegalParameter, "the server chose an application protocol that was not offered", "RFC 7301, Section 3.1", false},
	SRTPProfileNotOffered:  {"srtp_profile_not_offered", messages.AlertIllegalParameter, "the server chose a profile of SRTP that was not offered", "RFC 5764, Section 4.1.1", false},
	SRTPIdentifierChanged:  {"srtp_identifier_changed", messages.AlertIllegalParameter, "the server answers the identifier of the SRTP master key by another", "RFC 5764, Section 4.1.3", false},
	ParametersOverStream:   {"parameters_over_stream", messages.AlertUnsupportedExtension, "quic_transport_parameters came over a transport that is not QUIC", "RFC 9001, Section 8.2", false},
	ParametersTooLarge:     {"parameters_too_large", messages.AlertDecodeError, "quic_transport_parameters are larger than any", "RFC 9001, Section 8.2", false},
	CryptoAtWrongLevel:     {"crypto_at_wrong_level", messages.AlertUnexpectedMessage, "handshake bytes came at a level that has none any more", "RFC 9001, Section 4.1.3", false},
	TooMuchCrypto:          {"too_much_crypto", messages.AlertUnexpectedMessage, "more handshake bytes came than are kept", "RFC 9000, Section 7.5", false},
	SessionIDOverQUIC:      {"session_id_over_quic", messages.AlertIllegalParameter, "a ClientHello over QUIC has a legacy_session_id", "RFC 9001, Section 8.4", false},
	LaterRequestOverQUIC:   {"later_request_over_quic", messages.AlertUnexpectedMessage, "a server asks for a certificate after the handshake over QUIC", "RFC 9001, Section 4.4", false},
	EarlyDataLimitOverQUIC: {"early_data_limit_over_quic", messages.AlertIllegalParameter, "a ticket over QUIC limits early data by a number of bytes", "RFC 9001, Section 4.6.1", false},
	GroupNotOffered:        {"group_not_offered", messages.AlertIllegalParameter, "a key share is for a group that was not offered", "RFC 8446, Section 4.2.8", false},
	DuplicateKeyShare:      {"duplicate_key_share", messages.AlertIllegalParameter, "two key shares are for one group", "RFC 8446, Section 4.2.8", false},
	BadKeyShare:            {"bad_key_share", messages.AlertIllegalParameter, "a key share is not a valid one of its group", "RFC 8446, Section 4.2.8", false},

	// Limits of records.
	RecordSizeLimitTooSmall:  {"record_size_limit_too_small", messages.AlertIllegalParameter, "record_size_limit is less than 64 bytes", "RFC 8449, Section 4", false},
	UnknownFragmentLength:    {"unknown_fragment_length", messages.AlertIllegalParameter, "max_fragment_length asks for none of the lengths there are", "RFC 6066, Section 4", false},
	FragmentLengthNotOffered: {"fragment_length_not_offered", messages.AlertIllegalParameter, "the server answers max_fragment_length by another length", "RFC 6066, Section 4", false},
	TwoRecordLimits:          {"two_record_limits", messages.AlertIllegalParameter, "the server answers both record_size_limit and max_fragment_length", "RFC 8449, Section 5", false},

	// HelloRetryRequest.
	SecondRetry:         {"second_retry", messages.AlertUnexpectedMessage, "the server sent a second HelloRetryRequest", "RFC 8446, Section 4.1.4", false},
	RetryWithoutChange:  {"retry_without_change", messages.AlertIllegalParameter, "a HelloRetryRequest asks for no change", "RFC 8446, Section 4.1.4", false},
	RetryGroup:          {"retry_group", messages.AlertIllegalParameter, "a HelloRetryRequest asks for a group not offered, or shared already", "RFC 8446, Section 4.2.8", false},
	RetryChangedSuite:   {"retry_changed_suite", messages.AlertIllegalParameter, "the cipher suite differs from that of the HelloRetryRequest", "RFC 8446, Section 4.1.4", false},
	RetryChangedGroup:   {"retry_changed_group", messages.AlertIllegalParameter, "the group differs from that of the HelloRetryRequest", "RFC 8446, Section 4.2.8", false},
	RetryChangedVersion: {"retry_changed_version", messages.AlertIllegalParameter, "the version differs from that of the HelloRetryRequest", "RFC 8446, Section 4.1.4", false},
	CookieTooLarge:      {"cookie_too_large", messages.AlertIllegalParameter, "the cookie of a HelloRetryRequest leaves no room in a ClientHello", "RFC 8446, Section 4.2.2", false},
	RetriedHelloChanged: {"retried_hello_changed", messages.AlertIllegalParameter, "the second ClientHello differs from the first where it may not", "RFC 8446, Section 4.1.2", false},
	BadCookie:           {"bad_cookie", messages.AlertIllegalParameter, "the cookie of a ClientHello is not one of this server's, or is too old", "RFC 8446, Section 4.2.2", false},
	EarlyDataAfterRetry: {"early_data_after_retry", messages.AlertIllegalParameter, "the second ClientHello offers early data", "RFC 8446, Section 4.2.10", false},

	// Pre-shared keys.
	PSKNotLast:               {"psk_not_last", messages.AlertIllegalParameter, "pre_shared_key is not the last extension", "RFC 8446, Section 4.2.11", false},
	PSKWithoutModes:          {"psk_without_modes", messages.AlertMissingExtension, "pre_shared_key came without psk_key_exchange_modes", "RFC 8446, Section 4.2.9", false},
	BinderCount:              {"binder_count", messages.AlertIllegalParameter, "there are not as many binders as identities", "RFC 8446, Section 4.2.11", false},
	BadBinder:                {"bad_binder", messages.AlertDecryptError, "a binder does not verify", "RFC 8446, Section 4.2.11.2", false},
	PSKOutOfRange:            {"psk_out_of_range", messages.AlertIllegalParameter, "the server chose an identity that was not offered", "RFC 8446, Section 4.2.11", false},
	PSKModeNotOffered:        {"psk_mode_not_offered", messages.AlertIllegalParameter, "the server uses a pre-shared key in a mode that was not offered", "RFC 8446, Section 4.2.9", false},
	PSKRequired:              {"psk_required", messages.AlertMissingExtension, "the peer leaves pre_shared_key out, which this end requires", "RFC 8446, Section 6.2", false},
	NoMutualPSK:              {"no_mutual_psk", messages.AlertHandshakeFailure, "there is no pre-shared key that both ends have, which this end requires", "RFC 8446, Section 4.1.1", false},
	PSKNotKnown:              {"psk_not_known", messages.AlertDecryptError, "this end has none of the pre-shared keys and goes on without none; the peer hears what it hears of a wrong one", "RFC 8446, Appendix E.6", false},
	NoCertificateWithPSK:     {"no_certificate_with_psk", messages.AlertHandshakeFailure, "the peer does not use a pre-shared key and certificates together, which this end wants", "RFC 8773, Section 4", false},
	EarlyDataWithCertificate: {"early_data_with_certificate", messages.AlertIllegalParameter, "the client offers early data beside tls_cert_with_extern_psk", "RFC 8773, Section 4", false},
	EarlyDataMismatch:        {"early_data_mismatch", messages.AlertIllegalParameter, "the server takes early data under another key, suite or application protocol", "RFC 8446, Section 4.2.10", false},
	TooMuchEarlyData:         {"too_much_early_data", messages.AlertUnexpectedMessage, "more early data came than the ticket allows", "RFC 8446, Section 4.2.10", false},
	PSKHashMismatch:          {"psk_hash_mismatch", messages.AlertIllegalParameter, "the hash of the cipher suite is not that of the pre-shared key", "RFC 8446, Section 4.2.11", false},

	// Authentication.
	NoCredential:           {"no_credential", messages.AlertHandshakeFailure, "there is no certificate for this peer", "RFC 8446, Section 4.4.2.2", true},
	CertificateContext:     {"certificate_context", messages.AlertIllegalParameter, "certificate_request_context is not that of the request", "RFC 8446, Section 4.4.2", false},
	EmptyServerCertificate: {"empty_server_certificate", messages.AlertDecodeError, "the server sent no certificate", "RFC 8446, Section 4.4.2.4", false},
	CertificateRequired:    {"certificate_required", messages.AlertCertificateRequired, "the client sent no certificate", "RFC 8446, Section 4.4.2.4", false},
	SchemeNotOffered:       {"scheme_not_offered", messages.AlertIllegalParameter, "the signature is by a scheme that was not offered or does not sign handshakes", "RFC 8446, Section 4.4.3", false},
	SchemeForOtherKey:      {"scheme_for_other_key", messages.AlertIllegalParameter, "the signature scheme does not fit the certificate's key", "RFC 8446, Section 4.4.3", false},
	BadSignature:           {"bad_signature", messages.AlertDecryptError, "the signature does not verify", "RFC 8446, Section 4.4.3", false},
	BadFinished:            {"bad_finished", messages.AlertDecryptError, "the Finished message does not verify", "RFC 8446, Section 4.4.4", false},
	CompressionNotOffered:  {"compression_not_offered", messages.AlertIllegalParameter, "a certificate is compressed by an algorithm that was not offered", "RFC 8879, Section 4", false},
	BadCompression:         {"bad_compression", messages.AlertBadCertificate, "a compressed certificate does not decompress to what it announces", "RFC 8879, Section 4", false},
	DuplicateOIDFilter:     {"duplicate_oid_filter", messages.AlertIllegalParameter, "an object identifier stands twice in oid_filters", "RFC 8446, Section 4.2.5", false},

	// Kinds of certificates.
	CertificateTypeNotOffered:   {"certificate_type_not_offered", messages.AlertIllegalParameter, "the server chose a kind of certificate that was not offered", "RFC 7250, Section 4.2", false},
	NoMutualCertificateType:     {"no_mutual_certificate_type", messages.AlertUnsupportedCertificate, "the two ends have no kind of certificate in common", "RFC 7250, Section 4.2", false},
	DefaultCertificateTypeAlone: {"default_certificate_type_alone", messages.AlertIllegalParameter, "the client offers no kind of certificate but X.509, which it has to leave out", "RFC 7250, Section 4.1", false},
	MalformedRawKey:             {"malformed_raw_key", messages.AlertDecodeError, "what was sent as a raw public key is none", "RFC 7250, Section 3", false},
	SeveralRawKeys:              {"several_raw_keys", messages.AlertIllegalParameter, "a Certificate has more than one raw public key", "RFC 8446, Section 4.4.2", false},

	// Delegated credentials.
	DelegationNotOffered:    {"delegation_not_offered", messages.AlertUnexpectedMessage, "a delegated credential came that was not asked for", "RFC 9345, Section 4.1.1", false},
	DelegationNotValid:      {"delegation_not_valid", messages.AlertIllegalParameter, "a delegated credential is by schemes that were not offered, or not beside a certificate", "RFC 9345, Section 4.1.1", false},
	DelegatedSchemeMismatch: {"delegated_scheme_mismatch", messages.AlertIllegalParameter, "the signature is by another scheme than the delegated credential names", "RFC 9345, Section 4.1.3", false},

	// After the handshake.
	BadKeyUpdate:      {"bad_key_update", messages.AlertIllegalParameter, "a KeyUpdate has an unknown request", "RFC 8446, Section 4.6.3", false},
	TooManyKeyUpdates: {"too_many_key_updates", messages.AlertUnexpectedMessage, "too many key updates came without data between them", "RFC 8446, Section 4.6.3", false},
	TooManyRequests:   {"too_many_requests", messages.AlertUnexpectedMessage, "too many requests for a certificate came without data between them", "RFC 8446, Section 4.6.2", false},
	TooManyTickets:    {"too_many_tickets", messages.AlertUnexpectedMessage, "too many tickets came without data between them", "RFC 8446, Section 4.6.1", false},

	// TLS 1.2.
	RenegotiationMismatch:      {"renegotiation_mismatch", messages.AlertHandshakeFailure, "renegotiation_info does not continue this connection", "RFC 5746, Section 3.4", false},
	NoUncompressedPoints:       {"no_uncompressed_points", messages.AlertIllegalParameter, "ec_point_formats leaves out uncompressed points", "RFC 8422, Section 5.1.2", false},
	EncryptThenMACWithoutCBC:   {"encrypt_then_mac_without_cbc", messages.AlertIllegalParameter, "encrypt_then_mac was agreed on for a suite that has no MAC", "RFC 7366, Section 3", false},
	SessionNotOffered:          {"session_not_offered", messages.AlertIllegalParameter, "the server resumes a session that was not offered", "RFC 5246, Section 7.4.1.3", false},
	ResumedSuiteChanged:        {"resumed_suite_changed", messages.AlertIllegalParameter, "the server resumes a session under another cipher suite", "RFC 5246, Section 7.4.1.3", false},
	ResumedExtendedMaster:      {"resumed_extended_master", messages.AlertHandshakeFailure, "a session is resumed with another kind of master secret", "RFC 7627, Section 5.3", false},
	KeyForOtherSuite:           {"key_for_other_suite", messages.AlertIllegalParameter, "the certificate's key does not fit the cipher suite", "RFC 5246, Section 7.4.2", false},
	KeyOnOtherCurve:            {"key_on_other_curve", messages.AlertIllegalParameter, "the certificate's key is on a curve that was not offered", "RFC 8422, Section 5.3", false},
	InappropriateFallback:      {"inappropriate_fallback", messages.AlertInappropriateFallback, "the client fell back to an older version than both ends allow", "RFC 7507, Section 3", false},
	TooManyRenegotiations:      {"too_many_renegotiations", messages.AlertUnexpectedMessage, "too many requests to renegotiate came, without data between them or to an end that declines", "RFC 5246, Section 7.4.1.1", false},
	RenegotiatedVersion:        {"renegotiated_version", messages.AlertProtocolVersion, "a renegotiation leaves the version of the connection", "RFC 5246, Section 7.4.1.2", false},
	RenegotiatedExtendedMaster: {"renegotiated_extended_master", messages.AlertHandshakeFailure, "a renegotiation changes the kind of master secret", "RFC 7627, Section 6.1", false},
	RenegotiatedName:           {"renegotiated_name", messages.AlertUnrecognizedName, "a renegotiation asks for another server", "RFC 6066, Section 3", false},
	CertificateChanged:         {"certificate_changed", messages.AlertIllegalParameter, "the peer shows another certificate, or names another key, in a renegotiation", "RFC 5746, Section 5", false},
	InsufficientSecurity:       {"insufficient_security", messages.AlertInsufficientSecurity, "the client offers no finite-field group that this end has, and nothing else", "RFC 7919, Section 4", false},
	UnknownFiniteField:         {"unknown_finite_field", messages.AlertInsufficientSecurity, "the server chose a finite-field group of its own", "RFC 7919, Section 3", false},
	CBCWithoutEncryptThenMAC:   {"cbc_without_encrypt_then_mac", messages.AlertHandshakeFailure, "a suite of CBC was chosen without encrypt_then_mac", "RFC 7366, Section 1", false},
	UnknownPSK:                 {"unknown_psk", messages.AlertUnknownPSKIdentity, "the client's pre-shared key is not known", "RFC 4279, Section 2", false},
	StatusMismatch:             {"status_mismatch", messages.AlertBadCertificateStatusResponse, "the stapled status is of another kind than announced, or of more certificates than there are", "RFC 6961, Section 2.2", false},
	SupplementalNotAgreed:      {"supplemental_not_agreed", messages.AlertUnexpectedMessage, "supplemental data came that was not agreed on", "RFC 4680, Section 2", false},
	BadCertificateHash:         {"bad_certificate_hash", messages.AlertBadCertificateHashValue, "what was found at a URL of the client's has another hash", "RFC 6066, Section 5", false},
	BadCertificatePath:         {"bad_certificate_path", messages.AlertBadCertificate, "what was found at a URL of the client's is no certificate path", "RFC 6066, Section 5", false},
}
