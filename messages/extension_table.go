package messages

// Place is a set of messages that an extension may stand in: those of TLS 1.3, and the ServerHello of TLS 1.2.
type Place uint16

// The messages that carry extensions. RFC 8446, Section 4.2. RFC 5246, Section 7.4.1.4.
const (
	InClientHello Place = 1 << iota
	InServerHello
	InHelloRetryRequest
	InEncryptedExtensions
	InCertificate
	InCertificateRequest
	InNewSessionTicket
	InServerHello12
)

// Places returns the messages an extension is specified for: the table of RFC 8446, Section 4.2., what later documents
// added to it, and InServerHello12 if a server may answer it in TLS 1.2. An extension of TLS 1.2 alone belongs in the
// ClientHello, which is the same for both. An endpoint that recognizes an extension in another message refuses it with
// illegal_parameter. Known is false for codepoints this package has no name for.
func (t ExtensionType) Places() (places Place, known bool) {
	places, known = t.places13()
	if t.answeredIn12() {
		places |= InServerHello12
	}
	return places, known
}

// places13 is Places for TLS 1.3 alone.
func (t ExtensionType) places13() (places Place, known bool) {
	switch t {
	case ExtensionServerName,
		ExtensionMaxFragmentLength,
		ExtensionSupportedGroups,
		ExtensionUseSRTP,
		ExtensionHeartbeat,
		ExtensionALPN,
		ExtensionClientCertificateType,
		ExtensionServerCertificateType,
		ExtensionRecordSizeLimit,
		ExtensionTicketPinning,
		ExtensionSupportedEKTCiphers,
		ExtensionExternalIDHash,
		ExtensionExternalSessionID,
		ExtensionQUICTransportParameters,
		ExtensionTicketRequest,
		ExtensionApplicationSettingsOld,
		ExtensionApplicationSettings,
		ExtensionQUICTransportParametersDraft:
		return InClientHello | InEncryptedExtensions, true
	case ExtensionClientCertificateURL,
		ExtensionTrustedCAKeys,
		ExtensionTruncatedHMAC,
		ExtensionUserMapping,
		ExtensionClientAuthz,
		ExtensionServerAuthz,
		ExtensionCertType,
		ExtensionECPointFormats,
		ExtensionSRP,
		ExtensionStatusRequestV2,
		ExtensionPadding,
		ExtensionEncryptThenMAC,
		ExtensionExtendedMasterSecret,
		ExtensionTokenBinding,
		ExtensionCachedInfo,
		ExtensionPwdProtect,
		ExtensionPwdClear,
		ExtensionSessionTicket,
		ExtensionPSKModes,
		ExtensionPostHandshakeAuth,
		ExtensionNextProtocolNegotiation,
		ExtensionChannelID,
		ExtensionECHOuterExtensions,
		ExtensionRenegotiationInfo:
		return InClientHello, true
	case ExtensionStatusRequest,
		ExtensionSCT,
		ExtensionDelegatedCredential,
		ExtensionTransparencyInfo:
		return InClientHello | InCertificateRequest | InCertificate, true
	case ExtensionSignatureAlgorithms,
		ExtensionCompressCertificate,
		ExtensionCertificateAuthorities,
		ExtensionSignatureAlgorithmsCert:
		return InClientHello | InCertificateRequest, true
	case ExtensionPasswordSalt,
		ExtensionSupportedVersions,
		ExtensionKeyShare,
		ExtensionSequenceNumberEncryption:
		return InClientHello | InServerHello | InHelloRetryRequest, true
	case ExtensionCertWithExternPSK,
		ExtensionPreSharedKey,
		ExtensionConnectionID,
		ExtensionReturnRoutabilityCheck:
		return InClientHello | InServerHello, true
	case ExtensionEarlyData:
		return InClientHello | InEncryptedExtensions | InNewSessionTicket, true
	case ExtensionCookie:
		return InClientHello | InHelloRetryRequest, true
	case ExtensionOIDFilters:
		return InCertificateRequest, true
	case ExtensionDNSSECChain:
		return InClientHello | InCertificate, true
	case ExtensionFlags:
		return InClientHello | InServerHello | InEncryptedExtensions | InCertificateRequest | InCertificate | InNewSessionTicket, true
	case ExtensionEncryptedClientHello:
		return InClientHello | InEncryptedExtensions | InHelloRetryRequest, true
	}
	return 0, false
}
