package secrets

// KeyExchangeInput12 appends to dst what the signature in a ServerKeyExchange of
// TLS 1.2 is over: both randoms, and the parameters of the key exchange as they
// are on the wire. RFC 5246, Section 7.4.3. RFC 8422, Section 5.4.
func KeyExchangeInput12(dst []byte, randoms *Randoms, params []byte) []byte {
	dst = append(dst, randoms.Client[:]...)
	dst = append(dst, randoms.Server[:]...)
	return append(dst, params...)
}

// Kept returns the concatenation of everything added before Use, and nil after
// it. A CertificateVerify of TLS 1.2 is over these bytes, by a hash function that
// need not be the PRF's: where a client may be asked for a certificate, keep a
// second Transcript that no hash function is chosen for. The slice aliases the
// transcript, and is valid until the next Add, Use or Wipe. RFC 5246, Section
// 7.4.8.
func (t *Transcript) Kept() []byte { return t.buffer[:len(t.buffer):len(t.buffer)] }
