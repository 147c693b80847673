package main

// extensions says what is offered, chosen and expected beside the key exchange.
type extensions struct {
	HostName           string `flag:"host-name"`             // server_name the client sends
	ExpectServerName   string `flag:"expect-server-name"`    // name the server must be asked for
	ExpectNoServerName bool   `flag:"expect-no-server-name"` // the client must not send one
	NoServerNameAck    bool   `flag:"no-server-name-ack"`    // the server does not confirm the name

	AdvertiseALPN          string `flag:"advertise-alpn"`            // protocols the client offers, in the form they have on the wire
	SelectALPN             string `flag:"select-alpn"`               // protocol the server chooses
	ExpectALPN             string `flag:"expect-alpn"`               // protocol the client must be told
	ExpectAdvertisedALPN   string `flag:"expect-advertised-alpn"`    // list the server must be offered
	DeclineALPN            bool   `flag:"decline-alpn"`              // the server chooses to go on without one
	RejectALPN             bool   `flag:"reject-alpn"`               // the server refuses the connection
	SelectEmptyALPN        bool   `flag:"select-empty-alpn"`         // the server chooses the empty name, which is an error
	AllowUnknownALPNProtos bool   `flag:"allow-unknown-alpn-protos"` // the client accepts a choice it did not offer

	AdvertiseNPN         string `flag:"advertise-npn"`           // protocols offered by the forerunner of ALPN
	AdvertiseEmptyNPN    bool   `flag:"advertise-empty-npn"`     // the same, an empty list
	SelectNextProto      string `flag:"select-next-proto"`       // protocol chosen from them
	SelectEmptyNextProto bool   `flag:"select-empty-next-proto"` // the empty one chosen
	ExpectNextProto      string `flag:"expect-next-proto"`       // protocol that must have been chosen
	ExpectNoNextProto    bool   `flag:"expect-no-next-proto"`    // none may have been chosen

	ApplicationSettings           []pair  `flag:"application-settings"`             // settings for one protocol
	DeferALPS                     bool    `flag:"defer-alps"`                       // give them only once the protocol is chosen
	ALPSUseNewCodepoint           int     `flag:"alps-use-new-codepoint"`           // 1 for the later extension number, 0 for the former
	ExpectPeerApplicationSettings *string `flag:"expect-peer-application-settings"` // settings the peer must send

	QUICTransportParams       []byte `flag:"quic-transport-params"`        // opaque parameters to send
	ExpectQUICTransportParams []byte `flag:"expect-quic-transport-params"` // parameters the peer must send
	QUICUseLegacyCodepoint    int    `flag:"quic-use-legacy-codepoint"`    // 1 for the number used by drafts, 0 for RFC 9001's, -1 for the library's choice
	QUICEarlyDataContext      string `flag:"quic-early-data-context"`      // 0-RTT is bound to this value

	SRTPProfiles    string `flag:"srtp-profiles"`     // protection profiles, in the notation of OpenSSL
	EnableChannelID bool   `flag:"enable-channel-id"` // offer channel IDs
	SendChannelID   string `flag:"send-channel-id"`   // file with the key of the channel ID
	ExpectChannelID []byte `flag:"expect-channel-id"` // channel ID the peer must show

	ECHConfigList           []byte   `flag:"ech-config-list"`             // configurations the client may encrypt to
	EnableECHGrease         bool     `flag:"enable-ech-grease"`           // send a decoy
	RejectUnusableECHConfig bool     `flag:"reject-unusable-ech-config"`  // a list with nothing usable is an error
	ECHServerConfig         [][]byte `flag:"ech-server-config"`           // one configuration of the server
	ECHServerKey            [][]byte `flag:"ech-server-key"`              // its private key
	ECHIsRetryConfig        []int    `flag:"ech-is-retry-config"`         // 1 if it is sent to clients that used another
	ExpectECHAccept         bool     `flag:"expect-ech-accept"`           // the inner ClientHello must have been used
	ExpectECHNameOverride   string   `flag:"expect-ech-name-override"`    // name under which a rejecting server must be verified
	ExpectNoECHNameOverride bool     `flag:"expect-no-ech-name-override"` // no such name
	ExpectECHRetryConfigs   []byte   `flag:"expect-ech-retry-configs"`    // configurations a rejecting server must send
	ExpectNoECHRetryConfigs bool     `flag:"expect-no-ech-retry-configs"` // it must send none

	RequestedTrustAnchors           *[]byte `flag:"requested-trust-anchors"`                                                  // anchors the client asks for
	AvailableTrustAnchors           []byte  `flag:"available-trust-anchors"`                                                  // anchors the server tells of
	ExpectPeerAvailableTrustAnchors *[]byte `flag:"expect-peer-available-trust-anchors"`                                      // anchors the peer must tell of
	ExpectPeerMatchTrustAnchor      *bool   `flag:"expect-peer-match-trust-anchor" unset:"expect-no-peer-match-trust-anchor"` // whether the peer must say its chain ends in one asked for

	RequestServerPadding                      *uint16 `flag:"request-server-padding"`               // bytes of padding asked of the server
	ServerSupportsPadding                     bool    `flag:"server-supports-padding"`              // the server pads when asked
	ExpectServerSentRequestedPadding          bool    `flag:"expect-server-sent-requested-padding"` // it must have padded
	InstallCertificateCompressionAlgorithms   bool    `flag:"install-cert-compression-algs"`        // all three toy algorithms of the suite
	InstallOneCertificateCompressionAlgorithm int     `flag:"install-one-cert-compression-alg"`     // one of them, by number
}
