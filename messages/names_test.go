package messages

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
)

func TestTablesOfNamesAscend(t *testing.T) {
	ascends(t, "suites", cipherSuiteNames[:])
	ascends(t, "groups", groupNames[:])
	ascends(t, "schemes", signatureSchemeNames[:])
	ascends(t, "versions", versionNames[:])
	ascends(t, "extensions", extensionNames[:])
	ascends(t, "handshake types", handshakeTypeNames[:])
	ascends(t, "alerts", alertNames[:])
	ascends(t, "alert levels", alertLevelNames[:])
	ascends(t, "modes", pskModeNames[:])
	ascends(t, "requests", keyUpdateRequestNames[:])
	ascends(t, "profiles of SRTP", srtpProfileNames[:])
	ascends(t, "compression", compressionNames[:])
	ascends(t, "certificate types", certificateTypeNames[:])
}

func ascends[T ~uint8 | ~uint16](t *testing.T, kind string, table []named[T]) {
	t.Helper()
	seen := map[string]bool{}
	for i, row := range table {
		if i > 0 && row.value <= table[i-1].value {
			t.Errorf("%s: %s does not ascend", kind, row.name)
		}
		if row.name == "" || seen[row.name] {
			t.Errorf("%s: the name %q of %d is empty or taken", kind, row.name, row.value)
		}
		seen[row.name] = true
		if got, ok := valueOf(table, row.name); !ok || got != row.value {
			t.Errorf("%s: %s parses as %d, %v", kind, row.name, got, ok)
		}
	}
	if !slices.IsSortedFunc(table, func(a, b named[T]) int { return cmp.Compare(a.value, b.value) }) {
		t.Errorf("%s: the table is not sorted", kind)
	}
}

func TestCodepointsPrintTheirRegisteredNames(t *testing.T) {
	for want, value := range map[string]fmt.Stringer{
		"TLS_AES_128_GCM_SHA256":       CipherSuite(0x1301),
		"TLS_FALLBACK_SCSV":            CipherSuite(0x5600),
		"CipherSuite(0x0a0a)":          CipherSuite(0x0a0a),
		"x25519":                       Group(29),
		"secp256r1":                    Group(23),
		"X25519MLKEM768":               Group(0x11ec),
		"Group(0x1234)":                Group(0x1234),
		"ecdsa_secp256r1_sha256":       SignatureScheme(0x0403),
		"mldsa65":                      SignatureScheme(0x0905),
		"SignatureScheme(0x0000)":      SignatureScheme(0),
		"server_name":                  ExtensionType(0),
		"quic_transport_parameters":    ExtensionType(57),
		"ExtensionType(0xffff)":        ExtensionType(0xffff),
		"client_hello":                 HandshakeType(1),
		"message_hash":                 HandshakeType(254),
		"HandshakeType(0x07)":          HandshakeType(7),
		"illegal_parameter":            Alert(47),
		"Alert(0x01)":                  Alert(1),
		"fatal":                        AlertLevel(2),
		"AlertLevel(0x00)":             AlertLevel(0),
		"psk_dhe_ke":                   PSKMode(1),
		"update_requested":             KeyUpdateRequest(1),
		"RawPublicKey":                 CertificateType(2),
		"SRTP_AEAD_AES_128_GCM":        SRTPProfile(7),
		"SRTPProfile(0x0003)":          SRTPProfile(3),
		"brotli":                       CompressionAlgorithm(2),
		"TLS 1.3":                      Version(0x0304),
		"DTLS 1.2":                     Version(0xfefd),
		"Version(0x7f1c)":              Version(0x7f1c),
		"CompressionAlgorithm(0x4001)": CompressionAlgorithm(0x4001),
	} {
		if got := value.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNamesAreParsedWithoutRegardToCase(t *testing.T) {
	for name, want := range map[string]Group{
		"X25519": X25519, "x25519": X25519, "Curve25519": X25519, "P-256": Secp256r1, "p256": Secp256r1,
		"prime256v1": Secp256r1, "P-384": Secp384r1, "p-521": Secp521r1, "secp521r1": Secp521r1,
		"x25519mlkem768": X25519MLKEM768, "FFDHE2048": FFDHE2048,
	} {
		if got, ok := ParseGroup(name); !ok || got != want {
			t.Errorf("%s parsed as %v, %v", name, got, ok)
		}
	}
	if got, ok := ParseCipherSuite("tls_chacha20_poly1305_sha256"); !ok || got != TLS_CHACHA20_POLY1305_SHA256 {
		t.Errorf("the suite parsed as %v, %v", got, ok)
	}
	if got, ok := ParseSignatureScheme("ED25519"); !ok || got != Ed25519 {
		t.Errorf("the scheme parsed as %v, %v", got, ok)
	}
	if got, ok := ParseExtensionType("key_share"); !ok || got != ExtensionKeyShare {
		t.Errorf("the extension parsed as %v, %v", got, ok)
	}
	for _, name := range []string{"", "P-1", "Group(0x001d)"} {
		if got, ok := ParseGroup(name); ok || got != 0 {
			t.Errorf("%q parsed as %v", name, got)
		}
	}
}

func TestExactlySixteenValuesAreGREASE(t *testing.T) {
	n := 0
	for v := range 1 << 16 {
		if IsGREASE(uint16(v)) {
			if want := n<<12 | n<<4 | 0x0a0a; v != want {
				t.Errorf("0x%04x is number %d, want 0x%04x", v, n, want)
			}
			n++
		}
	}
	if n != 16 {
		t.Errorf("there are %d", n)
	}
}

func TestAnAlertIsTwoBytes(t *testing.T) {
	want := AlertMessage{LevelFatal, AlertDecodeError}
	if got, ok := ParseAlert([]byte{2, 50}); !ok || got != want {
		t.Errorf("parsed %v, %v", got, ok)
	}
	if got := want.Append([]byte{9}); string(got) != "\x09\x02\x32" {
		t.Errorf("appended %x", got)
	}
	for _, b := range [][]byte{nil, {2}, {2, 50, 0}} {
		if got, ok := ParseAlert(b); ok || got != (AlertMessage{}) {
			t.Errorf("%x parsed as %v", b, got)
		}
	}
}

// covers 8446/4.2/3
func TestEveryNamedExtensionHasItsPlaces(t *testing.T) {
	for _, row := range extensionNames {
		if places, known := row.value.Places(); !known || places == 0 {
			t.Errorf("%v: %v, %v", row.value, places, known)
		}
	}
	if places, known := ExtensionType(0x1a1a).Places(); known || places != 0 {
		t.Errorf("a codepoint without a name: %v, %v", places, known)
	}
	for extension, want := range map[ExtensionType]Place{
		ExtensionServerName:          InClientHello | InEncryptedExtensions | InServerHello12,
		ExtensionStatusRequest:       InClientHello | InCertificate | InCertificateRequest | InServerHello12,
		ExtensionKeyShare:            InClientHello | InServerHello | InHelloRetryRequest,
		ExtensionPreSharedKey:        InClientHello | InServerHello,
		ExtensionEarlyData:           InClientHello | InEncryptedExtensions | InNewSessionTicket,
		ExtensionCookie:              InClientHello | InHelloRetryRequest,
		ExtensionOIDFilters:          InCertificateRequest,
		ExtensionCompressCertificate: InClientHello | InCertificateRequest,
		ExtensionDelegatedCredential: InClientHello | InCertificate | InCertificateRequest,
		ExtensionRenegotiationInfo:   InClientHello | InServerHello12,
	} {
		if places, _ := extension.Places(); places != want {
			t.Errorf("%v: %b, want %b", extension, places, want)
		}
	}
}
