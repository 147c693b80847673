package messages

// answeredIn12 reports whether an extension may be answered in the ServerHello of TLS 1.2, which is the only place a
// server of that version has for its extensions. RFC 5246, Section 7.4.1.4.
func (t ExtensionType) answeredIn12() bool {
	switch t {
	case ExtensionServerName, // RFC 6066, Section 3.
		ExtensionMaxFragmentLength,     // RFC 6066, Section 4.
		ExtensionClientCertificateURL,  // RFC 6066, Section 5.
		ExtensionTrustedCAKeys,         // RFC 6066, Section 6.
		ExtensionTruncatedHMAC,         // RFC 6066, Section 7.
		ExtensionStatusRequest,         // RFC 6066, Section 8.
		ExtensionUserMapping,           // RFC 4681, Section 3.
		ExtensionClientAuthz,           // RFC 5878.
		ExtensionServerAuthz,           // RFC 5878.
		ExtensionCertType,              // RFC 6091, Section 3.2.
		ExtensionECPointFormats,        // RFC 8422, Section 5.2.
		ExtensionUseSRTP,               // RFC 5764, Section 4.1.1.
		ExtensionHeartbeat,             // RFC 6520, Section 2.
		ExtensionALPN,                  // RFC 7301, Section 3.1.
		ExtensionStatusRequestV2,       // RFC 6961, Section 2.2.
		ExtensionSCT,                   // RFC 6962, Section 3.3.1.
		ExtensionClientCertificateType, // RFC 7250, Section 3.
		ExtensionServerCertificateType, // RFC 7250, Section 3.
		ExtensionEncryptThenMAC,        // RFC 7366, Section 2.
		ExtensionExtendedMasterSecret,  // RFC 7627, Section 5.1.
		ExtensionTokenBinding,          // RFC 8472.
		ExtensionCachedInfo,            // RFC 7924, Section 3.
		ExtensionRecordSizeLimit,       // RFC 8449, Section 4.
		ExtensionSessionTicket,         // RFC 5077, Section 3.2.
		ExtensionSupportedEKTCiphers,   // RFC 8870.
		ExtensionTransparencyInfo,      // RFC 9162.
		ExtensionConnectionID,          // RFC 9146, Section 3.
		ExtensionExternalIDHash,        // RFC 8844.
		ExtensionExternalSessionID,     // RFC 8844.
		ExtensionDNSSECChain,           // RFC 9102.
		ExtensionReturnRoutabilityCheck,
		ExtensionNextProtocolNegotiation,
		ExtensionChannelID,
		ExtensionRenegotiationInfo: // RFC 5746, Section 3.2.
		return true
	case ExtensionSupportedGroups:
		// Only a client has use for it in TLS 1.2, but well-known servers repeat it; RFC 8446, Section 4.2.7.,
		// has clients ignore what it says there.
		return true
	}
	return false
}
