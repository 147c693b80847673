package main

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
)

// preset is what a connection may use where no flag of its own speaks of it.
type preset struct {
	groups   []messages.Group
	verify   []messages.SignatureScheme
	sign     []messages.SignatureScheme
	suites13 []messages.CipherSuite
	suites12 []messages.CipherSuite
	oldest   messages.Version // lowest version, zero for any
	ownOrder bool             // the server's order of groups and suites counts
	// ownSuites13 has the server's order of the suites of TLS 1.3 count, even for a client that likes ChaCha20 best.
	ownSuites13 bool
}

// usual is what the tests take for granted. These are the choices of another library, so that all of them are made here and none is left to
// the engine's own defaults.
var usual = preset{
	groups: []messages.Group{messages.X25519MLKEM768, messages.X25519, messages.Secp256r1, messages.Secp384r1},
	verify: []messages.SignatureScheme{
		messages.ECDSASecp256r1SHA256, messages.RSAPSSRSAESHA256, messages.RSAPKCS1SHA256,
		messages.ECDSASecp384r1SHA384, messages.RSAPSSRSAESHA384, messages.RSAPKCS1SHA384,
		messages.RSAPSSRSAESHA512, messages.RSAPKCS1SHA512, messages.RSAPKCS1SHA1,
	},
	sign: []messages.SignatureScheme{
		messages.MLDSA44, messages.MLDSA65, messages.MLDSA87, messages.Ed25519,
		messages.ECDSASecp256r1SHA256, messages.RSAPSSRSAESHA256, messages.RSAPKCS1SHA256,
		messages.ECDSASecp384r1SHA384, messages.RSAPSSRSAESHA384, messages.RSAPKCS1SHA384,
		messages.ECDSASecp521r1SHA512, messages.RSAPSSRSAESHA512, messages.RSAPKCS1SHA512,
		messages.ECDSASHA1, messages.RSAPKCS1SHA1,
	},
	suites13: []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
	},
	suites12: usualSuites12,
}

// SP 800-52, revision 2: curves, hashes and ciphers of NIST, nothing below TLS 1.2.
var (
	fips202205Schemes = []messages.SignatureScheme{
		messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512,
		messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384,
		messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
	}
	fips202205 = preset{
		groups:   []messages.Group{messages.Secp256r1, messages.Secp384r1},
		verify:   fips202205Schemes,
		sign:     fips202205Schemes,
		suites13: []messages.CipherSuite{messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384},
		suites12: []messages.CipherSuite{
			messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		},
	}
)

// WPA3 in its 192-bit mode, Section 3.5: nothing weaker than P-384, SHA-384 and AES-256.
var (
	wpa202304Schemes = []messages.SignatureScheme{
		messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512, messages.ECDSASecp384r1SHA384,
		messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
	}
	wpa202304 = preset{
		groups:   []messages.Group{messages.Secp384r1},
		verify:   wpa202304Schemes,
		sign:     wpa202304Schemes,
		suites13: []messages.CipherSuite{messages.TLS_AES_256_GCM_SHA384},
		suites12: []messages.CipherSuite{
			messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		},
	}
)

// CNSA 1.0, RFC 9151, with ML-KEM-1024 before P-384; and CNSA 2.0, which has nothing else and TLS 1.3 alone.
var (
	cnsaSchemes = []messages.SignatureScheme{
		messages.ECDSASecp384r1SHA384, messages.RSAPSSRSAESHA384, messages.RSAPKCS1SHA384,
	}
	cnsa1202603 = preset{
		groups:   []messages.Group{messages.MLKEM1024, messages.Secp384r1},
		verify:   cnsaSchemes,
		sign:     cnsaSchemes,
		suites13: wpa202304.suites13,
		suites12: append(slices.Clip(wpa202304.suites12), messages.TLS_RSA_WITH_AES_256_GCM_SHA384),
		ownOrder: true,
	}
	cnsa2202603 = preset{
		groups:   []messages.Group{messages.MLKEM1024},
		verify:   cnsaSchemes,
		sign:     cnsaSchemes,
		suites13: wpa202304.suites13,
		oldest:   messages.TLS13,
	}
)

// cnsa202407 is the usual choices with AES-256 before AES-128, and ChaCha20 for those alone who have neither.
var cnsa202407 = func() preset {
	p := usual
	p.suites13 = []messages.CipherSuite{messages.TLS_AES_256_GCM_SHA384, messages.TLS_AES_128_GCM_SHA256, messages.TLS_CHACHA20_POLY1305_SHA256}
	p.ownSuites13 = true
	return p
}()

func presetOf(o *options) *preset {
	switch {
	case o.CNSA202407:
		return &cnsa202407
	case o.FIPS202205:
		return &fips202205
	case o.WPA202304:
		return &wpa202304
	case o.CNSA1202603:
		return &cnsa1202603
	case o.CNSA2202603:
		return &cnsa2202603
	}
	return &usual
}

// postQuantum reports whether a group is ML-KEM, alone or joined with a curve.
func postQuantum(group messages.Group) bool {
	switch group {
	case messages.MLKEM512, messages.MLKEM768, messages.MLKEM1024,
		messages.SecP256r1MLKEM768, messages.X25519MLKEM768, messages.SecP384r1MLKEM1024:
		return true
	}
	return false
}
