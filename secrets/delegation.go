package secrets

import "github.com/tacitls/tacitls/messages"

// Delegated credentials of TLS 1.3: a certificate's key lets another sign handshakes
// in its place for some days. RFC 9345.

// DelegationInput13 appends to dst what the signature of a delegated credential is
// over: 64 spaces, the context string of the end that shows it, a zero byte, the
// end-entity certificate in DER, and signed, which is what
// [messages.DelegatedCredential.AppendSigned] gives. RFC 9345, Section 4.
func DelegationInput13(dst []byte, holder SignatureContext, certificate, signed []byte) []byte {
	context := "TLS, server delegated credentials"
	if holder == ClientContext {
		context = "TLS, client delegated credentials"
	}
	dst = append(dst, signaturePadding...)
	dst = append(dst, context...)
	dst = append(dst, 0)
	dst = append(dst, certificate...)
	return append(dst, signed...)
}

// SignsDelegated reports whether the key of a delegated credential may sign by a
// scheme: by those of TLS 1.3 but for rsa_pss_rsae, whose keys say rsaEncryption.
// RFC 9345, Section 4.
func SignsDelegated(scheme messages.SignatureScheme) bool {
	parts, known := partsOf(scheme)
	return known && parts.algorithm != rsaPKCS1 && parts.algorithm != rsaPSSRSAE && scheme != messages.ECDSASHA1
}
