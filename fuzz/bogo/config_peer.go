package main

// peer says how the other end proves who it is, and what must be known of it.
type peer struct {
	TrustCertificate                  string            `flag:"trust-cert"`                     // file with the root of the runner's certificate
	VerifyPeer                        bool              `flag:"verify-peer"`                    // ask for a certificate and check the one that comes
	RequireAnyClientCertificate       bool              `flag:"require-any-client-certificate"` // a client without one is refused
	VerifyFail                        bool              `flag:"verify-fail"`                    // the check says no
	UseCustomVerifyCallback           bool              `flag:"use-custom-verify-callback"`     // the check can be answered later
	ExpectVerifyResult                bool              `flag:"expect-verify-result"`           // the verdict must be known afterwards
	ReverifyOnResume                  bool              `flag:"reverify-on-resume"`             // check again when resuming
	ExpectPeerCertificateFile         string            `flag:"expect-peer-cert-file"`          // chain the peer must have shown
	ExpectNoPeerCertificate           bool              `flag:"expect-no-peer-cert"`            // it must have shown none
	ExpectPeerCertificateType         *uint8            `flag:"expect-peer-certificate-type"`   // kind of certificate the peer must have shown
	AcceptedPeerCertificateTypes      []certificateType `flag:"accepted-peer-cert-types"`       // kinds accepted from the peer
	AvailableClientCertificateTypes   []certificateType `flag:"available-client-cert-types"`    // kinds the client can show
	ExpectPeerRPKSHA256               []byte            `flag:"expect-peer-rpk-sha256"`         // digest of the raw public key the peer must show
	RetainOnlySHA256ClientCertificate bool              `flag:"retain-only-sha256-client-cert"` // keep a digest of the client's certificate only
	ExpectSHA256ClientCertificate     bool              `flag:"expect-sha256-client-cert"`      // only that digest must be known
	UseClientCAList                   string            `flag:"use-client-ca-list"`             // names the server asks for: DER in hex, comma between
	ExpectClientCAList                string            `flag:"expect-client-ca-list"`          // names the client must be told
	ExpectCertificateTypes            []byte            `flag:"expect-certificate-types"`       // certificate types of the TLS 1.2 request
	EnableOCSPStapling                bool              `flag:"enable-ocsp-stapling"`           // ask for an OCSP response
	ExpectOCSPResponse                []byte            `flag:"expect-ocsp-response"`           // response that must come
	UseOCSPCallback                   bool              `flag:"use-ocsp-callback"`              // decide about the response in a hook
	SetOCSPInCallback                 bool              `flag:"set-ocsp-in-callback"`           // the server's hook gives the response
	DeclineOCSPCallback               bool              `flag:"decline-ocsp-callback"`          // the hook gives none
	FailOCSPCallback                  bool              `flag:"fail-ocsp-callback"`             // the hook refuses
	EnableSignedCertificateTimestamps bool              `flag:"enable-signed-cert-timestamps"`  // ask for timestamps of certificate transparency
	ExpectSignedCertificateTimestamps []byte            `flag:"expect-signed-cert-timestamps"`  // timestamps that must come
	UseEarlyCallback                  bool              `flag:"use-early-callback"`             // choose the certificate when the ClientHello is known
	FailEarlyCallback                 bool              `flag:"fail-early-callback"`            // refuse there
	FailEarlyCallbackECHRewind        bool              `flag:"fail-early-callback-ech-rewind"` // fall back to the outer ClientHello there
	InstallDDoSCallback               bool              `flag:"install-ddos-callback"`          // ask a hook whether the load allows this handshake
	FailDDoSCallback                  bool              `flag:"fail-ddos-callback"`             // it does not
	FailCertificateCallback           bool              `flag:"fail-cert-callback"`             // the choice of a certificate refuses
	UseOldClientCertificateCallback   bool              `flag:"use-old-client-cert-callback"`   // choose the client's certificate by the former hook
	ExpectSelectedCredential          *int              `flag:"expect-selected-credential"`     // index of the credential that must have been used, -1 for the default one
	PrivateKeyDelayMilliseconds       int               `flag:"private-key-delay-ms"`           // time the signature takes
	PSK                               string            `flag:"psk"`                            // key of the TLS 1.2 PSK suites
	PSKIdentity                       string            `flag:"psk-identity"`                   // identity of that key
}
