package main

// options is what a connection is asked to do. The process holds three: for the first connection, for the resumptions, and for the second
// attempt on a connection whose early data was rejected.
type options struct {
	process
	protocol
	extensions
	peer
	resumption
	exchange
	credentials

	// given holds the names of the flags that had a say in this value, without their prefixes.
	given map[string]bool
}

// pair is a protocol's name and the settings given for it.
type pair struct{ Name, Value string }

// certificateType is a number of the registry "TLS Certificate Types", RFC 7250, Section 7.
type certificateType uint8

// newOptions has the values that hold when no flag speaks of them, where these are not zero.
func newOptions() *options {
	o := &options{given: map[string]bool{}}
	o.ShimInitialWrite = "hello"
	o.RepeatShimInitialWrite = 1
	o.ALPSUseNewCodepoint = 1
	o.QUICUseLegacyCodepoint = -1
	return o
}
