package main

// honoured are the flags that the binding does something about, or that ask for nothing it could do otherwise.
var honoured = []string{
	// The process and its protocol.
	"server", "async", "implicit-handshake", "trust-cert",
	"min-version", "max-version", "no-tls1", "no-tls11", "no-tls12", "no-tls13", "expect-version",
	"curves", "key-shares", "no-key-shares", "expect-curve-id", "expect-hrr", "expect-no-hrr",
	"server-supported-groups-hint", "curves-flags",
	"fips-202205", "wpa-202304", "cnsa-202407", "cnsa1-202603", "cnsa2-202603", "server-preference", "max-send-fragment", "max-cert-list",
	"fallback-scsv", "psk", "psk-identity", "expect-certificate-types",
	"cipher", "expect-cipher", "expect-cipher-aes", "expect-cipher-no-aes",
	// It speaks of a protocol other than the one at hand, or wants nothing of what the engine does not have.
	"srtp-profiles", "expect-no-ech-name-override",
	"quic", "quic-use-legacy-codepoint", "quic-transport-params", "expect-quic-transport-params", "quic-early-data-context",

	// Extensions.
	"host-name", "expect-server-name", "expect-no-server-name", "no-server-name-ack",
	"enable-grease", "permute-extensions",
	"advertise-alpn", "select-alpn", "expect-alpn", "expect-advertised-alpn", "decline-alpn", "reject-alpn", "select-empty-alpn",

	// Authentication.
	"install-cert-compression-algs", "install-one-cert-compression-alg",
	"cert-file", "key-file", "signing-prefs", "new-x509-credential", "must-match-issuer", "expect-selected-credential",
	"verify-peer", "require-any-client-certificate", "verify-fail", "use-custom-verify-callback", "expect-verify-result",
	"reverify-on-resume", "verify-prefs", "expect-peer-signature-algorithm", "expect-peer-verify-pref",
	"expect-peer-cert-file", "expect-no-peer-cert", "use-client-ca-list", "expect-client-ca-list",
	"use-early-callback", "fail-early-callback", "install-ddos-callback", "fail-ddos-callback", "fail-cert-callback",
	"use-old-client-cert-callback",
	"enable-ocsp-stapling", "ocsp-response", "expect-ocsp-response",
	"use-ocsp-callback", "set-ocsp-in-callback", "decline-ocsp-callback", "fail-ocsp-callback",
	"enable-signed-cert-timestamps", "signed-cert-timestamps", "expect-signed-cert-timestamps",

	"new-delegated-credential", "delegated-credential",
	"new-psk-credential", "psk-importer-key", "psk-importer-identity", "psk-importer-context", "psk-importer-sha256", "psk-importer-sha384",
	"new-rpk-credential", "accepted-peer-cert-types", "available-client-cert-types", "expect-peer-certificate-type", "expect-peer-rpk-sha256",

	// Resumption.
	"no-ticket", "use-ticket-callback", "use-ticket-aead-callback", "skip-ticket", "renew-ticket",
	"expect-session-miss", "expect-ticket-renewal", "expect-no-session", "expect-session-id", "expect-no-session-id", "expect-extended-master-secret",
	"expect-ticket-age-skew",
	"enable-early-data", "expect-ticket-supports-early-data", "expect-accept-early-data", "expect-reject-early-data",
	"expect-no-offer-early-data", "expect-early-data-reason", "early-write-after-message",

	// Application data.
	"shim-writes-first", "shim-initial-write", "repeat-shim-initial-write", "read-with-unfinished-write", "read-size", "peek-then-read",
	"shim-shuts-down", "check-close-notify", "send-alert", "key-update", "key-update-before-read",
	"renegotiate-ignore", "renegotiate-once", "renegotiate-freely", "renegotiate-explicit", "forbid-renegotiation-after-handshake", "expect-total-renegotiations",
	"expect-secure-renegotiation", "expect-no-secure-renegotiation", "no-legacy-server-connect",
	"false-start", "allow-false-start-without-alpn", "handshake-never-done", "handshake-twice", "no-op-extra-handshake",
	"export-keying-material", "export-label", "export-context", "use-export-context", "export-traffic-secrets",
	"tls-unique", "use-exporter-between-reads",
	"write-different-record-sizes", "expect-msg-callback",
}
