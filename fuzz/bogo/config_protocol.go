package main

// protocol says which versions, suites, groups and schemes a connection may use, and which it must end on.
type protocol struct {
	MinVersion                         uint16    `flag:"min-version"`                          // lowest version, as its number on the wire
	MaxVersion                         uint16    `flag:"max-version"`                          // highest version, as its number on the wire
	NoTLS1                             bool      `flag:"no-tls1"`                              // leave TLS 1.0 out
	NoTLS11                            bool      `flag:"no-tls11"`                             // leave TLS 1.1 out
	NoTLS12                            bool      `flag:"no-tls12"`                             // leave TLS 1.2 out
	NoTLS13                            bool      `flag:"no-tls13"`                             // leave TLS 1.3 out
	ExpectVersion                      uint16    `flag:"expect-version"`                       // version that must be agreed on
	FallbackSCSV                       bool      `flag:"fallback-scsv"`                        // say that this is a retry with a lower version
	Cipher                             string    `flag:"cipher"`                               // suites, in the notation of OpenSSL
	ServerPreference                   bool      `flag:"server-preference"`                    // the server's order of suites counts
	ExpectCipher                       uint16    `flag:"expect-cipher"`                        // suite that must be agreed on
	ExpectCipherAES                    uint16    `flag:"expect-cipher-aes"`                    // the same, on a machine with AES instructions
	ExpectCipherNoAES                  uint16    `flag:"expect-cipher-no-aes"`                 // the same, on a machine without
	Curves                             []uint16  `flag:"curves"`                               // groups in order of preference
	CurvesFlags                        []uint32  `flag:"curves-flags"`                         // one number beside each group: 1 means no better than the next one
	KeyShares                          *[]uint16 `flag:"key-shares" empty:"no-key-shares"`     // groups the client sends shares for
	ServerSupportedGroupsHint          []uint16  `flag:"server-supported-groups-hint"`         // groups the client believes the server has
	ExpectCurveID                      uint16    `flag:"expect-curve-id"`                      // group that must be agreed on
	ExpectHRR                          bool      `flag:"expect-hrr"`                           // a HelloRetryRequest must have been sent
	ExpectNoHRR                        bool      `flag:"expect-no-hrr"`                        // none may have been sent
	VerifyPreferences                  []uint16  `flag:"verify-prefs"`                         // signature schemes accepted from the peer, in order
	ExpectPeerVerifyPreference         []uint16  `flag:"expect-peer-verify-pref"`              // schemes the peer must say it accepts
	ExpectPeerSignatureAlgorithm       uint16    `flag:"expect-peer-signature-algorithm"`      // scheme the peer must have signed with
	ExpectExtendedMasterSecret         bool      `flag:"expect-extended-master-secret"`        // RFC 7627 must be in force
	FIPS202205                         bool      `flag:"fips-202205"`                          // preset of permitted parameters
	WPA202304                          bool      `flag:"wpa-202304"`                           // preset of permitted parameters
	CNSA202407                         bool      `flag:"cnsa-202407"`                          // preset of permitted parameters
	CNSA1202603                        bool      `flag:"cnsa1-202603"`                         // preset of permitted parameters
	CNSA2202603                        bool      `flag:"cnsa2-202603"`                         // preset of permitted parameters
	EnableGrease                       bool      `flag:"enable-grease"`                        // offer reserved code points, RFC 8701
	PermuteExtensions                  bool      `flag:"permute-extensions"`                   // shuffle the extensions of the ClientHello
	JDK11Workaround                    bool      `flag:"jdk11-workaround"`                     // spare old Java clients TLS 1.3
	InitialTimeoutDurationMilliseconds int       `flag:"initial-timeout-duration-ms"`          // first retransmission timeout of DTLS
	MTU                                int       `flag:"mtu"`                                  // longest datagram of DTLS
	MaxCertificateList                 int       `flag:"max-cert-list"`                        // longest certificate message accepted, in bytes
	MaxSendFragment                    int       `flag:"max-send-fragment"`                    // longest plaintext put into one record
	NoLegacyServerConnect              bool      `flag:"no-legacy-server-connect"`             // refuse servers without RFC 5746
	ExpectSecureRenegotiation          bool      `flag:"expect-secure-renegotiation"`          // RFC 5746 must be in force
	ExpectNoSecureRenegotiation        bool      `flag:"expect-no-secure-renegotiation"`       // it must not
	RenegotiateOnce                    bool      `flag:"renegotiate-once"`                     // answer one HelloRequest
	RenegotiateFreely                  bool      `flag:"renegotiate-freely"`                   // answer every HelloRequest
	RenegotiateIgnore                  bool      `flag:"renegotiate-ignore"`                   // pass over HelloRequests
	RenegotiateExplicit                bool      `flag:"renegotiate-explicit"`                 // answer a HelloRequest only when the application asks for it
	ForbidRenegotiationAfterHandshake  bool      `flag:"forbid-renegotiation-after-handshake"` // answer none once the handshake is done
	ExpectTotalRenegotiations          int       `flag:"expect-total-renegotiations"`          // renegotiations that must have happened
}
