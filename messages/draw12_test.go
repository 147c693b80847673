package messages

import "pgregory.net/rapid"

func drawECDH(t *rapid.T) ServerECDHParams {
	return ServerECDHParams{draw16[Group](t), drawOpaque(t, 1, 255)}
}

func drawDH(t *rapid.T) ServerDHParams {
	return ServerDHParams{drawOpaque(t, 1, 1<<16-1), drawOpaque(t, 1, 1<<16-1), drawOpaque(t, 1, 1<<16-1)}
}

// messageKinds12 has the rows of messageKinds that are messages of TLS 1.2 alone.
var messageKinds12 = []func(*rapid.T) Message{
	func(*rapid.T) Message { return &HelloRequest{} },
	func(*rapid.T) Message { return &ServerHelloDone{} },
	func(t *rapid.T) Message { return &Certificate12{drawOpaques(t, 0, 1, 1<<24-1)} },
	func(t *rapid.T) Message { return &RawPublicKey12{drawOpaque(t, 0, 1<<24-1)} },
	func(t *rapid.T) Message {
		return &ServerKeyExchangeECDHE{drawECDH(t), draw16[SignatureScheme](t), drawOpaque(t, 0, 1<<16-1)}
	},
	func(t *rapid.T) Message {
		return &ServerKeyExchangeDHE{drawDH(t), draw16[SignatureScheme](t), drawOpaque(t, 0, 1<<16-1)}
	},
	func(t *rapid.T) Message { return &ServerKeyExchangePSK{drawOpaque(t, 0, 1<<16-1)} },
	func(t *rapid.T) Message { return &ServerKeyExchangeDHEPSK{drawOpaque(t, 0, 1<<16-1), drawDH(t)} },
	func(t *rapid.T) Message {
		return &ServerKeyExchangeECDHEPSK{drawOpaque(t, 0, 1<<16-1), drawECDH(t)}
	},
	func(t *rapid.T) Message {
		return &CertificateRequest12{
			drawList(t, 1, 9, draw8[ClientCertificateType]), drawList(t, 1, 9, draw16[SignatureScheme]),
			drawOpaques(t, 0, 1, 1<<16-1),
		}
	},
	func(t *rapid.T) Message { return &ClientKeyExchangeECDHE{drawOpaque(t, 1, 255)} },
	func(t *rapid.T) Message { return &ClientKeyExchangeDHE{drawOpaque(t, 1, 1<<16-1)} },
	func(t *rapid.T) Message { return &ClientKeyExchangeRSA{drawOpaque(t, 0, 1<<16-1)} },
	func(t *rapid.T) Message { return &ClientKeyExchangePSK{drawOpaque(t, 0, 1<<16-1)} },
	func(t *rapid.T) Message {
		return &ClientKeyExchangeDHEPSK{drawOpaque(t, 0, 1<<16-1), drawOpaque(t, 1, 1<<16-1)}
	},
	func(t *rapid.T) Message {
		return &ClientKeyExchangeECDHEPSK{drawOpaque(t, 0, 1<<16-1), drawOpaque(t, 1, 255)}
	},
	func(t *rapid.T) Message { return &NewSessionTicket12{draw32(t), drawOpaque(t, 0, 1<<16-1)} },
	func(t *rapid.T) Message {
		return &CertificateStatus12{StatusTypeOCSP, [][]byte{drawOpaque(t, 1, 1<<24-1)}}
	},
	func(t *rapid.T) Message {
		return &CertificateStatus12{StatusTypeOCSPMulti, drawOpaques(t, 1, 0, 1<<24-1)}
	},
	func(t *rapid.T) Message {
		return &CertificateURL{draw8[CertChainType](t), drawList(t, 1, 3, func(t *rapid.T) (u URLAndHash) {
			u.URL = drawOpaque(t, 1, 1<<16-1)
			copy(u.SHA1[:], rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "hash"))
			return u
		})}
	},
	func(t *rapid.T) Message {
		return &SupplementalData{drawList(t, 1, 3, func(t *rapid.T) SupplementalDataEntry {
			return SupplementalDataEntry{draw16[SupplementalDataType](t), drawOpaque(t, 0, 1<<16-1)}
		})}
	},
}

// bodyKinds12 has the rows of bodyKinds that are extensions of TLS 1.2 alone and not in ext_tls12.go.
var bodyKinds12 = []func(*rapid.T) ExtensionBody{
	func(*rapid.T) ExtensionBody { return &SessionTicketAck{} },
	func(*rapid.T) ExtensionBody { return &ClientCertificateURL{} },
	func(t *rapid.T) ExtensionBody {
		return &StatusRequestV2Offer{drawList(t, 1, 3, func(t *rapid.T) StatusRequestItem {
			return StatusRequestItem{draw8[uint8](t), drawOpaque(t, 0, 1<<16-1)}
		})}
	},
	func(*rapid.T) ExtensionBody { return &StatusRequestV2Ack{} },
	func(t *rapid.T) ExtensionBody { return &UserMappingTypes{drawList(t, 1, 255, draw8[UserMappingType])} },
}
