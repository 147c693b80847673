package secrets

import "encoding/binary"

// The importer of external PSKs, RFC 9258: it makes of one PSK a key for each hash
// function and protocol that it shall serve, and binds each to its use.

// KDF is the codepoint of a hash function as the target of an import. RFC 9258,
// Section 9.
func (h Hash) KDF() uint16 {
	switch h {
	case SHA256:
		return 0x0001
	case SHA384:
		return 0x0002
	}
	return 0
}

// Import says what an external PSK is imported for. RFC 9258, Section 5.1.
type Import struct {
	// Identity and Context are what both ends know of the PSK: each at most 65535
	// bytes, the identity at least one.
	Identity, Context []byte
	// Protocol is the version of TLS or DTLS, 0x0304 or 0xfefc for 1.3. Nothing is
	// imported for an older one. RFC 9258, Section 5.1.
	Protocol uint16
	// Target is the hash function that the imported key is for.
	Target Hash
}

// maxImport is what a vector of an ImportedIdentity holds, in bytes.
const maxImport = 1<<16 - 1

// newProtocol tells whether the protocol is TLS or DTLS from 1.3 on. The versions of
// DTLS count down.
func (i *Import) newProtocol() bool {
	return i.Protocol > 0x0303 && i.Protocol < 0xfefd
}

// ImportPSK makes the imported identity, which goes over the wire, and the imported
// key of an external PSK that was provisioned for the hash function epskHash, or
// for none, which means SHA-256. It is not ok without a
// key, or if Import is out of its bounds.
// RFC 9258, Section 5.1.
func ImportPSK(epskHash Hash, epsk []byte, i *Import) (identity []byte, key Secret, ok bool) {
	if epskHash == 0 {
		epskHash = SHA256
	}
	if epskHash.Size() == 0 || !i.newProtocol() || i.Target.KDF() == 0 || len(epsk) == 0 ||
		len(i.Identity) == 0 || len(i.Identity) > maxImport || len(i.Context) > maxImport {
		return nil, Secret{}, false
	}
	identity = binary.BigEndian.AppendUint16(nil, uint16(len(i.Identity)))
	identity = append(identity, i.Identity...)
	identity = binary.BigEndian.AppendUint16(identity, uint16(len(i.Context)))
	identity = append(identity, i.Context...)
	identity = binary.BigEndian.AppendUint16(identity, i.Protocol)
	identity = binary.BigEndian.AppendUint16(identity, i.Target.KDF())
	if len(identity) > maxImport {
		return nil, Secret{}, false
	}
	extracted := epskHash.extract(nil, epsk)
	var sum [64]byte
	digest := epskHash.AppendSum(sum[:0], identity)
	key.n = uint8(i.Target.Size())
	epskHash.expandLabel(key.b[:key.n], &extracted, TLSPrefix, "derived psk", digest)
	extracted.Wipe()
	return identity, key, true
}
