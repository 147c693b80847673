package main

// exchange says what happens on a connection once it is open.
type exchange struct {
	ShimWritesFirst            bool   `flag:"shim-writes-first"`              // send something before the first read
	ShimInitialWrite           string `flag:"shim-initial-write"`             // what is sent
	RepeatShimInitialWrite     int    `flag:"repeat-shim-initial-write"`      // how often
	ReadWithUnfinishedWrite    bool   `flag:"read-with-unfinished-write"`     // read while most of that is still unsent
	ReadSize                   int    `flag:"read-size"`                      // longest read, in bytes
	WriteDifferentRecordSizes  bool   `flag:"write-different-record-sizes"`   // send records of many lengths instead of echoing
	CBCRecordSplitting         bool   `flag:"cbc-record-splitting"`           // split records against an old attack on CBC
	PartialWrite               bool   `flag:"partial-write"`                  // a write may end early
	PeekThenRead               bool   `flag:"peek-then-read"`                 // look at data before taking it
	ShimShutsDown              bool   `flag:"shim-shuts-down"`                // close at once instead of echoing
	CheckCloseNotify           bool   `flag:"check-close-notify"`             // insist on close_notify from both ends
	SendAlert                  bool   `flag:"send-alert"`                     // send a fatal decompression_failure after the handshake
	KeyUpdate                  bool   `flag:"key-update"`                     // change the sending keys before each reply
	KeyUpdateBeforeRead        bool   `flag:"key-update-before-read"`         // change the sending keys before each read
	FalseStart                 bool   `flag:"false-start"`                    // send before the server's Finished
	AllowFalseStartWithoutALPN bool   `flag:"allow-false-start-without-alpn"` // even with no protocol chosen
	HandshakeNeverDone         bool   `flag:"handshake-never-done"`           // the handshake must not complete
	HandshakeTwice             bool   `flag:"handshake-twice"`                // ask for the handshake again after it
	NoOpExtraHandshake         bool   `flag:"no-op-extra-handshake"`          // the same, and nothing may happen
	ExportKeyingMaterial       int    `flag:"export-keying-material"`         // bytes of exporter output to send
	ExportLabel                string `flag:"export-label"`                   // label of the exporter
	ExportContext              string `flag:"export-context"`                 // context of the exporter
	UseExportContext           bool   `flag:"use-export-context"`             // an empty context is a context
	UseExporterBetweenReads    bool   `flag:"use-exporter-between-reads"`     // the exporter must work after each read
	ExportTrafficSecrets       bool   `flag:"export-traffic-secrets"`         // send both traffic secrets
	TLSUnique                  bool   `flag:"tls-unique"`                     // send the channel binding
	ExpectMsgCallback          string `flag:"expect-msg-callback"`            // trace of the messages that must have passed
}
