package main

// process says how one run of the shim meets the runner.
type process struct {
	Port                  int    `flag:"port"`                    // TCP port the runner listens on
	IPv6                  bool   `flag:"ipv6"`                    // dial ::1 instead of 127.0.0.1
	ShimID                uint64 `flag:"shim-id"`                 // number that opens every connection, so that the runner knows whose it is
	Server                bool   `flag:"server"`                  // play the TLS server
	DTLS                  bool   `flag:"dtls"`                    // records travel in datagrams
	QUIC                  bool   `flag:"quic"`                    // messages travel without records
	ResumeCount           int    `flag:"resume-count"`            // further connections after the first
	Async                 bool   `flag:"async"`                   // one byte a time, and every question first answered with "later"
	ImplicitHandshake     bool   `flag:"implicit-handshake"`      // no explicit handshake: the first read or write drives it
	IsHandshakerSupported bool   `flag:"is-handshaker-supported"` // answer whether a second process can take over a handshake, then end
	WaitForDebugger       bool   `flag:"wait-for-debugger"`       // stop until a debugger continues the process
	WriteSettings         string `flag:"write-settings"`          // prefix of the files that record each connection
	FuzzerMode            bool   `flag:"fuzzer-mode"`             // ciphers that encrypt nothing
	HandshakeHints        bool   `flag:"handshake-hints"`         // let another process precompute the handshake
	AllowHintMismatch     bool   `flag:"allow-hint-mismatch"`     // a useless hint is no failure
	HandshakerPath        string `flag:"handshaker-path"`         // program of that other process
	HandshakerResume      bool   `flag:"handshaker-resume"`       // the other process joins a resumption
}
