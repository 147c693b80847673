package secrets

// What is derived from the traffic, exporter and resumption secrets once the
// key schedule has given them.

// NextTraffic returns the traffic secret that follows s after a key update.
// RFC 8446, Section 7.2.
func NextTraffic(h Hash, s *Secret) Secret {
	return h.deriveSecret(s, TLSPrefix, "traffic upd", nil)
}

// FinishedMAC appends to dst the verify_data of a Finished message: base is the
// traffic secret of its sender, transcriptHash the hash of the messages before.
// It does not allocate when dst has room. Compare what a peer sent in constant
// time. RFC 8446, Section 4.4.4.
func FinishedMAC(h Hash, base *Secret, transcriptHash, dst []byte) []byte {
	return finishedMAC(h, TLSPrefix, base, transcriptHash, dst)
}

func finishedMAC(h Hash, p Prefix, base *Secret, transcriptHash, dst []byte) []byte {
	key := h.deriveSecret(base, p, "finished", nil)
	mac := h.mac(key.Bytes(), transcriptHash)
	key.Wipe()
	return append(dst, mac[:h.Size()]...)
}

// TicketPSK returns the PSK of a ticket with this ticket_nonce. A nonce is of at
// most 255 bytes by its encoding; the bytes past that are not read.
// RFC 8446, Section 4.6.1.
func TicketPSK(h Hash, resumption *Secret, nonce []byte) Secret {
	if len(nonce) > maxContext {
		nonce = nonce[:maxContext]
	}
	return h.deriveSecret(resumption, TLSPrefix, "resumption", nonce)
}

// Export fills dst with keying material for an application. An absent context
// and an empty one give the same bytes. It fails with ErrLabel unless label has
// 1 to 249 bytes, and with ErrOutputLength when dst is longer than 255 digests.
// RFC 8446, Section 7.5.
func Export(h Hash, exporter *Secret, label string, context, dst []byte) error {
	switch {
	case len(label) == 0 || len(label) > maxLabel:
		return ErrLabel
	case len(dst) > 255*h.Size():
		return ErrOutputLength
	}
	derived := h.deriveEmpty(exporter, TLSPrefix, label)
	contextHash := h.sum(context)
	h.expandLabel(dst, &derived, TLSPrefix, "exporter", contextHash[:h.Size()])
	derived.Wipe()
	return nil
}
