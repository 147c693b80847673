package messages

// ExtensionType is a codepoint of the IANA registry "TLS ExtensionType Values". RFC 8446, Section 4.2.
type ExtensionType uint16

// The extensions of the registry that an endpoint may meet, and a few from practice that were never registered.
const (
	ExtensionServerName                   ExtensionType = 0
	ExtensionMaxFragmentLength            ExtensionType = 1
	ExtensionClientCertificateURL         ExtensionType = 2
	ExtensionTrustedCAKeys                ExtensionType = 3
	ExtensionTruncatedHMAC                ExtensionType = 4
	ExtensionStatusRequest                ExtensionType = 5
	ExtensionUserMapping                  ExtensionType = 6
	ExtensionClientAuthz                  ExtensionType = 7
	ExtensionServerAuthz                  ExtensionType = 8
	ExtensionCertType                     ExtensionType = 9
	ExtensionSupportedGroups              ExtensionType = 10
	ExtensionECPointFormats               ExtensionType = 11
	ExtensionSRP                          ExtensionType = 12
	ExtensionSignatureAlgorithms          ExtensionType = 13
	ExtensionUseSRTP                      ExtensionType = 14
	ExtensionHeartbeat                    ExtensionType = 15
	ExtensionALPN                         ExtensionType = 16
	ExtensionStatusRequestV2              ExtensionType = 17
	ExtensionSCT                          ExtensionType = 18
	ExtensionClientCertificateType        ExtensionType = 19
	ExtensionServerCertificateType        ExtensionType = 20
	ExtensionPadding                      ExtensionType = 21
	ExtensionEncryptThenMAC               ExtensionType = 22
	ExtensionExtendedMasterSecret         ExtensionType = 23
	ExtensionTokenBinding                 ExtensionType = 24
	ExtensionCachedInfo                   ExtensionType = 25
	ExtensionCompressCertificate          ExtensionType = 27
	ExtensionRecordSizeLimit              ExtensionType = 28
	ExtensionPwdProtect                   ExtensionType = 29
	ExtensionPwdClear                     ExtensionType = 30
	ExtensionPasswordSalt                 ExtensionType = 31
	ExtensionTicketPinning                ExtensionType = 32
	ExtensionCertWithExternPSK            ExtensionType = 33
	ExtensionDelegatedCredential          ExtensionType = 34
	ExtensionSessionTicket                ExtensionType = 35
	ExtensionSupportedEKTCiphers          ExtensionType = 39
	ExtensionPreSharedKey                 ExtensionType = 41
	ExtensionEarlyData                    ExtensionType = 42
	ExtensionSupportedVersions            ExtensionType = 43
	ExtensionCookie                       ExtensionType = 44
	ExtensionPSKModes                     ExtensionType = 45
	ExtensionCertificateAuthorities       ExtensionType = 47
	ExtensionOIDFilters                   ExtensionType = 48
	ExtensionPostHandshakeAuth            ExtensionType = 49
	ExtensionSignatureAlgorithmsCert      ExtensionType = 50
	ExtensionKeyShare                     ExtensionType = 51
	ExtensionTransparencyInfo             ExtensionType = 52
	ExtensionConnectionID                 ExtensionType = 54
	ExtensionExternalIDHash               ExtensionType = 55
	ExtensionExternalSessionID            ExtensionType = 56
	ExtensionQUICTransportParameters      ExtensionType = 57
	ExtensionTicketRequest                ExtensionType = 58
	ExtensionDNSSECChain                  ExtensionType = 59
	ExtensionSequenceNumberEncryption     ExtensionType = 60
	ExtensionReturnRoutabilityCheck       ExtensionType = 61
	ExtensionFlags                        ExtensionType = 62
	ExtensionNextProtocolNegotiation      ExtensionType = 0x3374
	ExtensionApplicationSettingsOld       ExtensionType = 0x4469
	ExtensionApplicationSettings          ExtensionType = 0x44cd
	ExtensionChannelID                    ExtensionType = 0x7550
	ExtensionECHOuterExtensions           ExtensionType = 0xfd00
	ExtensionEncryptedClientHello         ExtensionType = 0xfe0d
	ExtensionRenegotiationInfo            ExtensionType = 0xff01
	ExtensionQUICTransportParametersDraft ExtensionType = 0xffa5
)

// String returns the registry's name; an unknown extension prints as ExtensionType(0x1234).
func (t ExtensionType) String() string { return nameOf(extensionNames[:], t, "ExtensionType") }

// ParseExtensionType returns the extension of a registry name, without regard to upper and lower case.
func ParseExtensionType(name string) (ExtensionType, bool) { return valueOf(extensionNames[:], name) }

var extensionNames = [...]named[ExtensionType]{
	{ExtensionServerName, "server_name"},
	{ExtensionMaxFragmentLength, "max_fragment_length"},
	{ExtensionClientCertificateURL, "client_certificate_url"},
	{ExtensionTrustedCAKeys, "trusted_ca_keys"},
	{ExtensionTruncatedHMAC, "truncated_hmac"},
	{ExtensionStatusRequest, "status_request"},
	{ExtensionUserMapping, "user_mapping"},
	{ExtensionClientAuthz, "client_authz"},
	{ExtensionServerAuthz, "server_authz"},
	{ExtensionCertType, "cert_type"},
	{ExtensionSupportedGroups, "supported_groups"},
	{ExtensionECPointFormats, "ec_point_formats"},
	{ExtensionSRP, "srp"},
	{ExtensionSignatureAlgorithms, "signature_algorithms"},
	{ExtensionUseSRTP, "use_srtp"},
	{ExtensionHeartbeat, "heartbeat"},
	{ExtensionALPN, "application_layer_protocol_negotiation"},
	{ExtensionStatusRequestV2, "status_request_v2"},
	{ExtensionSCT, "signed_certificate_timestamp"},
	{ExtensionClientCertificateType, "client_certificate_type"},
	{ExtensionServerCertificateType, "server_certificate_type"},
	{ExtensionPadding, "padding"},
	{ExtensionEncryptThenMAC, "encrypt_then_mac"},
	{ExtensionExtendedMasterSecret, "extended_master_secret"},
	{ExtensionTokenBinding, "token_binding"},
	{ExtensionCachedInfo, "cached_info"},
	{ExtensionCompressCertificate, "compress_certificate"},
	{ExtensionRecordSizeLimit, "record_size_limit"},
	{ExtensionPwdProtect, "pwd_protect"},
	{ExtensionPwdClear, "pwd_clear"},
	{ExtensionPasswordSalt, "password_salt"},
	{ExtensionTicketPinning, "ticket_pinning"},
	{ExtensionCertWithExternPSK, "tls_cert_with_extern_psk"},
	{ExtensionDelegatedCredential, "delegated_credential"},
	{ExtensionSessionTicket, "session_ticket"},
	{ExtensionSupportedEKTCiphers, "supported_ekt_ciphers"},
	{ExtensionPreSharedKey, "pre_shared_key"},
	{ExtensionEarlyData, "early_data"},
	{ExtensionSupportedVersions, "supported_versions"},
	{ExtensionCookie, "cookie"},
	{ExtensionPSKModes, "psk_key_exchange_modes"},
	{ExtensionCertificateAuthorities, "certificate_authorities"},
	{ExtensionOIDFilters, "oid_filters"},
	{ExtensionPostHandshakeAuth, "post_handshake_auth"},
	{ExtensionSignatureAlgorithmsCert, "signature_algorithms_cert"},
	{ExtensionKeyShare, "key_share"},
	{ExtensionTransparencyInfo, "transparency_info"},
	{ExtensionConnectionID, "connection_id"},
	{ExtensionExternalIDHash, "external_id_hash"},
	{ExtensionExternalSessionID, "external_session_id"},
	{ExtensionQUICTransportParameters, "quic_transport_parameters"},
	{ExtensionTicketRequest, "ticket_request"},
	{ExtensionDNSSECChain, "dnssec_chain"},
	{ExtensionSequenceNumberEncryption, "sequence_number_encryption_algorithms"},
	{ExtensionReturnRoutabilityCheck, "rrc"},
	{ExtensionFlags, "tls_flags"},
	{ExtensionNextProtocolNegotiation, "next_protocol_negotiation"},
	{ExtensionApplicationSettingsOld, "application_settings_old"},
	{ExtensionApplicationSettings, "application_settings"},
	{ExtensionChannelID, "channel_id"},
	{ExtensionECHOuterExtensions, "ech_outer_extensions"},
	{ExtensionEncryptedClientHello, "encrypted_client_hello"},
	{ExtensionRenegotiationInfo, "renegotiation_info"},
	{ExtensionQUICTransportParametersDraft, "quic_transport_parameters_draft"},
}
