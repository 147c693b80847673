package messages

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// mostDrawn bounds what is drawn for fields that could be much larger.
const mostDrawn = 64

func drawOpaque(t *rapid.T, least, most int) []byte {
	b := rapid.SliceOfN(rapid.Byte(), least, min(most, max(least, mostDrawn))).Draw(t, "opaque")
	if len(b) == 0 {
		return nil
	}
	return b
}

func drawList[T any](t *rapid.T, least, most int, element func(*rapid.T) T) []T {
	list := rapid.SliceOfN(rapid.Custom(element), least, most).Draw(t, "list")
	if len(list) == 0 {
		return nil
	}
	return list
}

func drawOpaques(t *rapid.T, leastCount, least, most int) [][]byte {
	return drawList(t, leastCount, 5, func(t *rapid.T) []byte { return drawOpaque(t, least, most) })
}

func draw16[T ~uint16](t *rapid.T) T { return T(rapid.Uint16().Draw(t, "uint16")) }

func draw8[T ~uint8](t *rapid.T) T { return T(rapid.Uint8().Draw(t, "uint8")) }

func draw32(t *rapid.T) uint32 { return rapid.Uint32().Draw(t, "uint32") }

func drawRandom(t *rapid.T) (random [32]byte) {
	copy(random[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "random"))
	return random
}

func drawExtensions(t *rapid.T, least int) Extensions {
	return Extensions{List: drawList(t, least, 6, func(t *rapid.T) Extension {
		return Extension{draw16[ExtensionType](t), drawOpaque(t, 0, 1<<16-1)}
	})}
}

func drawShare(t *rapid.T) KeyShareEntry {
	return KeyShareEntry{draw16[Group](t), drawOpaque(t, 1, 1<<16-1)}
}

// messageKinds has a row for every message: how to draw a value of it, and where one is decoded to.
var messageKinds = append([]func(*rapid.T) Message{
	func(t *rapid.T) Message {
		m := &ClientHello{
			LegacyVersion: draw16[Version](t), Random: drawRandom(t), SessionID: drawOpaque(t, 0, 32),
			CipherSuites:       drawList(t, 1, 9, draw16[CipherSuite]),
			CompressionMethods: drawOpaque(t, 1, 255), Extensions: drawExtensions(t, 0),
		}
		m.HasExtensions = m.Extensions.List != nil || rapid.Bool().Draw(t, "empty block")
		return m
	},
	func(t *rapid.T) Message {
		m := &ServerHello{
			LegacyVersion: draw16[Version](t), Random: drawRandom(t), SessionID: drawOpaque(t, 0, 32),
			CipherSuite: draw16[CipherSuite](t), CompressionMethod: draw8[uint8](t), Extensions: drawExtensions(t, 0),
		}
		m.HasExtensions = m.Extensions.List != nil || rapid.Bool().Draw(t, "empty block")
		return m
	},
	func(t *rapid.T) Message { return &EncryptedExtensions{drawExtensions(t, 0)} },
	func(t *rapid.T) Message { return &CertificateRequest13{drawOpaque(t, 0, 255), drawExtensions(t, 1)} },
	func(t *rapid.T) Message {
		return &ClientCertificateRequest{drawOpaque(t, 0, 255), drawExtensions(t, 1)}
	},
	func(t *rapid.T) Message {
		return &Certificate13{drawOpaque(t, 0, 255), drawList(t, 0, 3, func(t *rapid.T) CertificateEntry {
			return CertificateEntry{drawOpaque(t, 1, 1<<24-1), drawExtensions(t, 0)}
		})}
	},
	func(t *rapid.T) Message {
		length := rapid.Uint32Max(1<<24-1).Draw(t, "length")
		return &CompressedCertificate{draw16[CompressionAlgorithm](t), length, drawOpaque(t, 1, 1<<24-1)}
	},
	func(t *rapid.T) Message {
		return &CertificateVerify{draw16[SignatureScheme](t), drawOpaque(t, 0, 1<<16-1)}
	},
	func(t *rapid.T) Message { return &Finished{drawOpaque(t, 0, 64)} },
	func(t *rapid.T) Message { return &KeyUpdate{draw8[KeyUpdateRequest](t)} },
	func(t *rapid.T) Message {
		return &NewSessionTicket13{
			draw32(t), draw32(t), drawOpaque(t, 0, 255), drawOpaque(t, 1, 1<<16-1), drawExtensions(t, 0),
		}
	},
	func(*rapid.T) Message { return &EndOfEarlyData{} },
	func(t *rapid.T) Message { return &MessageHash{drawOpaque(t, 0, 64)} },
}, messageKinds12...)

// bodyKinds is the same for every extension body.
var bodyKinds = append([]func(*rapid.T) ExtensionBody{
	func(t *rapid.T) ExtensionBody { return &ServerNameOffer{drawOpaque(t, 1, 65530)} },
	func(*rapid.T) ExtensionBody { return &ServerNameAck{} },
	func(t *rapid.T) ExtensionBody { return &ALPNOffer{drawOpaques(t, 1, 1, 255)} },
	func(t *rapid.T) ExtensionBody { return &ALPNChoice{drawOpaque(t, 1, 255)} },
	func(t *rapid.T) ExtensionBody { return &SupportedVersionsOffer{drawList(t, 1, 127, draw16[Version])} },
	func(t *rapid.T) ExtensionBody { return &SupportedVersionsChoice{draw16[Version](t)} },
	func(t *rapid.T) ExtensionBody { return &SupportedGroups{drawList(t, 1, 9, draw16[Group])} },
	func(t *rapid.T) ExtensionBody {
		return &SignatureAlgorithms{drawList(t, 1, 9, draw16[SignatureScheme])}
	},
	func(t *rapid.T) ExtensionBody {
		return &SignatureAlgorithmsCert{drawList(t, 1, 9, draw16[SignatureScheme])}
	},
	func(t *rapid.T) ExtensionBody { return &KeyShareOffer{drawList(t, 0, 5, drawShare)} },
	func(t *rapid.T) ExtensionBody { return &KeyShareChoice{drawShare(t)} },
	func(t *rapid.T) ExtensionBody { return &KeyShareRetry{draw16[Group](t)} },
	func(t *rapid.T) ExtensionBody {
		return &PreSharedKeyOffer{drawList(t, 1, 5, func(t *rapid.T) PSKIdentity {
			return PSKIdentity{drawOpaque(t, 1, 1<<16-1), draw32(t)}
		}), drawOpaques(t, 1, 32, 255)}
	},
	func(t *rapid.T) ExtensionBody { return &PreSharedKeyChoice{draw16[uint16](t)} },
	func(t *rapid.T) ExtensionBody { return &PSKModes{drawList(t, 1, 255, draw8[PSKMode])} },
	func(*rapid.T) ExtensionBody { return &EarlyDataOffer{} },
	func(*rapid.T) ExtensionBody { return &EarlyDataAck{} },
	func(*rapid.T) ExtensionBody { return &CertWithExternPSK{} },
	func(t *rapid.T) ExtensionBody { return &EarlyDataLimit{draw32(t)} },
	func(t *rapid.T) ExtensionBody { return &Cookie{drawOpaque(t, 1, 65533)} },
	func(t *rapid.T) ExtensionBody { return &CertificateAuthorities{drawOpaques(t, 1, 1, 1<<16-1)} },
	func(t *rapid.T) ExtensionBody {
		return &OIDFilters{drawList(t, 0, 5, func(t *rapid.T) OIDFilter {
			return OIDFilter{drawOpaque(t, 1, 255), drawOpaque(t, 0, 1<<16-1)}
		})}
	},
	func(*rapid.T) ExtensionBody { return &PostHandshakeAuth{} },
	func(t *rapid.T) ExtensionBody {
		return &StatusRequestOffer{
			StatusType: StatusTypeOCSP, ResponderIDs: drawOpaques(t, 0, 1, 1<<16-1),
			RequestExtensions: drawOpaque(t, 0, 1<<16-1),
		}
	},
	func(t *rapid.T) ExtensionBody {
		return &StatusRequestOffer{StatusType: rapid.Uint8Min(2).Draw(t, "type"), Request: drawOpaque(t, 0, 99)}
	},
	func(*rapid.T) ExtensionBody { return &StatusRequestAck{} },
	func(t *rapid.T) ExtensionBody { return &CertificateStatus{drawOpaque(t, 1, 65531)} },
	func(*rapid.T) ExtensionBody { return &SCTOffer{} },
	func(t *rapid.T) ExtensionBody { return &SCTList{drawOpaques(t, 1, 1, 1<<16-1)} },
	func(*rapid.T) ExtensionBody { return &ExtendedMasterSecret{} },
	func(*rapid.T) ExtensionBody { return &EncryptThenMAC{} },
	func(t *rapid.T) ExtensionBody { return &RenegotiationInfo{drawOpaque(t, 0, 255)} },
	func(t *rapid.T) ExtensionBody { return &ECPointFormats{drawList(t, 1, 255, draw8[PointFormat])} },
	func(t *rapid.T) ExtensionBody { return &SessionTicketOffer{drawOpaque(t, 0, 1<<16-1)} },
	func(t *rapid.T) ExtensionBody { return &RecordSizeLimit{draw16[uint16](t)} },
	func(t *rapid.T) ExtensionBody { return &MaxFragmentLength{draw8[FragmentLength](t)} },
	func(t *rapid.T) ExtensionBody {
		return &CompressCertificate{drawList(t, 1, 127, draw16[CompressionAlgorithm])}
	},
	func(t *rapid.T) ExtensionBody {
		return &DelegatedCredentialOffer{drawList(t, 1, 9, draw16[SignatureScheme])}
	},
	func(t *rapid.T) ExtensionBody {
		key := DelegatedKey{draw32(t), draw16[SignatureScheme](t), drawOpaque(t, 1, 1<<24-1)}
		return &DelegatedCredential{key, draw16[SignatureScheme](t), drawOpaque(t, 1, 1<<16-1)}
	},
	func(t *rapid.T) ExtensionBody {
		return &ClientCertificateTypeOffer{drawList(t, 1, 255, draw8[CertificateType])}
	},
	func(t *rapid.T) ExtensionBody { return &ClientCertificateTypeChoice{draw8[CertificateType](t)} },
	func(t *rapid.T) ExtensionBody {
		return &ServerCertificateTypeOffer{drawList(t, 1, 255, draw8[CertificateType])}
	},
	func(t *rapid.T) ExtensionBody { return &ServerCertificateTypeChoice{draw8[CertificateType](t)} },
	func(t *rapid.T) ExtensionBody { return &TicketRequestOffer{draw8[uint8](t), draw8[uint8](t)} },
	func(t *rapid.T) ExtensionBody {
		return &UseSRTPOffer{drawList(t, 1, 9, draw16[SRTPProfile]), drawOpaque(t, 0, 255)}
	},
	func(t *rapid.T) ExtensionBody {
		return &UseSRTPChoice{draw16[SRTPProfile](t), drawOpaque(t, 0, 255)}
	},
	func(t *rapid.T) ExtensionBody { return &TicketRequestHint{draw8[uint8](t)} },
	func(t *rapid.T) ExtensionBody { return &QUICTransportParameters{drawOpaque(t, 0, 1<<16-1)} },
	func(t *rapid.T) ExtensionBody { return &Padding{rapid.IntRange(0, 600).Draw(t, "zeroes")} },
}, bodyKinds12...)

// name is what a value is called in a subtest.
func name(v any) string { return fmt.Sprintf("%T", v) }

// example draws a value outside of a property, always the same.
func example[T any](draw func(*rapid.T) T) T {
	return rapid.Custom(func(t *rapid.T) T {
		rapid.Bool().Draw(t, "ignored") // a generator that draws nothing at all is refused
		return draw(t)
	}).Example(1)
}

// examples draws a value of each kind.
func examples[T any](kinds []func(*rapid.T) T) []T {
	values := make([]T, len(kinds))
	for i, draw := range kinds {
		values[i] = example(draw)
	}
	return values
}

// fatal ends the test unless err is nil; the reason says what was to work.
func fatal(t testing.TB, reason string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", reason, err)
	}
}
