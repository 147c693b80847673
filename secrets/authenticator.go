package secrets

// AuthenticatorMAC appends to dst the verify_data of the Finished message of an
// exported authenticator: the HMAC under key, which the exporter has given, of
// the hash of what stands before. It does not allocate when dst has room. Compare
// what a peer sent in constant time. RFC 9261, Section 5.2.3.
func AuthenticatorMAC(h Hash, key *Secret, transcriptHash, dst []byte) []byte {
	mac := h.mac(key.Bytes(), transcriptHash)
	return append(dst, mac[:h.Size()]...)
}
