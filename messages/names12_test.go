package messages

import (
	"fmt"
	"testing"
)

func TestTablesOfNamesOfTLS12Ascend(t *testing.T) {
	ascends(t, "client certificate types", clientCertificateTypeNames[:])
	ascends(t, "chain types", certChainTypeNames[:])
	ascends(t, "supplemental data", supplementalDataTypeNames[:])
	ascends(t, "user mappings", userMappingTypeNames[:])
	ascends(t, "fragment lengths", fragmentLengthNames[:])
}

func TestCodepointsOfTLS12PrintTheirRegisteredNames(t *testing.T) {
	for want, value := range map[string]fmt.Stringer{
		"ecdsa_sign":                   ClientCertificateType(64),
		"ClientCertificateType(0x14)":  ClientCertificateType(20),
		"pkipath":                      CertChainType(1),
		"CertChainType(0x02)":          CertChainType(2),
		"user_mapping_data":            SupplementalDataType(0),
		"authz_data":                   SupplementalDataType(0x4002),
		"SupplementalDataType(0x4003)": SupplementalDataType(0x4003),
		"upn_domain_hint":              UserMappingType(64),
		"UserMappingType(0x00)":        UserMappingType(0),
		"2^12":                         FragmentLength(4),
		"FragmentLength(0x05)":         FragmentLength(5),
	} {
		if got := value.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// covers 6066/4/1
func TestFourFragmentLengthsAreDefined(t *testing.T) {
	want := map[FragmentLength]int{1: 512, 2: 1024, 3: 2048, 4: 4096}
	for code := range 256 {
		l := FragmentLength(code)
		if n, ok := l.Bytes(); n != want[l] || ok != (want[l] != 0) {
			t.Errorf("code %d is %d bytes, %v", code, n, ok)
		}
	}
}

func TestWhatAServerOfTLS12MayAnswer(t *testing.T) {
	for extension, want := range map[ExtensionType]bool{
		ExtensionServerName: true, ExtensionMaxFragmentLength: true, ExtensionStatusRequest: true, ExtensionALPN: true,
		ExtensionECPointFormats: true, ExtensionSCT: true, ExtensionStatusRequestV2: true, ExtensionSessionTicket: true,
		ExtensionEncryptThenMAC: true, ExtensionExtendedMasterSecret: true, ExtensionRenegotiationInfo: true,
		ExtensionRecordSizeLimit: true, ExtensionServerCertificateType: true, ExtensionSupportedGroups: true,
		ExtensionSignatureAlgorithms: false, ExtensionSupportedVersions: false, ExtensionKeyShare: false,
		ExtensionPreSharedKey: false, ExtensionPSKModes: false, ExtensionCookie: false, ExtensionEarlyData: false,
		ExtensionCompressCertificate: false, ExtensionCertificateAuthorities: false, ExtensionPadding: false,
		ExtensionTicketRequest: false, ExtensionQUICTransportParameters: false, ExtensionPostHandshakeAuth: false,
		ExtensionSignatureAlgorithmsCert: false, ExtensionEncryptedClientHello: false, 0x1a1a: false,
	} {
		if places, _ := extension.Places(); (places&InServerHello12 != 0) != want {
			t.Errorf("%v: %b", extension, places)
		}
	}
	for _, row := range extensionNames {
		if places, _ := row.value.Places(); places&InServerHello12 != 0 && places&InClientHello == 0 {
			t.Errorf("%v is answered and never offered", row.value)
		}
	}
}
