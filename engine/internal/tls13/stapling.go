package tls13

import (
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// Each certificate of a chain may have beside it what vouches for it: a response
// of OCSP and certificate timestamps, where the other end asks for them. Either end
// asks, and either staples (RFC 8446, Section 4.4.2.1).

// stapling is what the peer asks for.
type stapling struct{ ocsp, scts bool }

// askedByClient reads what a ClientHello asks a server for.
func askedByClient(hs *handshake.Context, x *messages.Extensions) (s stapling, err error) {
	if s.ocsp, err = handshake.AsksOCSP(hs, x); err != nil {
		return stapling{}, err
	}
	s.scts, err = hs.Get(x, &messages.SCTOffer{})
	return s, err
}

// askedByServer reads what a CertificateRequest asks a client for, by empty
// extensions.
func askedByServer(hs *handshake.Context, x *messages.Extensions) (s stapling, err error) {
	if s.ocsp, err = hs.Get(x, &messages.StatusRequestAck{}); err != nil {
		return stapling{}, err
	}
	s.scts, err = hs.Get(x, &messages.SCTOffer{})
	return s, err
}

// wishes are what a server asks of a client's certificate and of what is stapled to
// it (RFC 8446, Section 4.2.5 and Section 4.4.2.1).
func wishes(policy *handshake.Policy) []messages.ExtensionBody {
	var bodies []messages.ExtensionBody
	if len(policy.OIDFilters) > 0 {
		bodies = append(bodies, &messages.OIDFilters{Filters: policy.OIDFilters})
	}
	if policy.RequestOCSP {
		bodies = append(bodies, &messages.StatusRequestAck{})
	}
	if policy.RequestSCTs {
		bodies = append(bodies, &messages.SCTOffer{})
	}
	return bodies
}

// staple puts what the credential has beside the certificates of its chain, as far
// as the peer asks for it.
func (s stapling) staple(entries []messages.CertificateEntry, credential *events.Credential) error {
	for i := range entries {
		response, timestamps := credential.OCSP, credential.SCTs
		if i > 0 {
			response, timestamps = nth(credential.OCSPChain, i-1), nth(credential.SCTsChain, i-1)
		}
		x := &entries[i].Extensions
		if s.ocsp && len(response) > 0 {
			if err := x.Put(&messages.CertificateStatus{Response: response}); err != nil {
				return refuse.BadAnswer.With("an OCSP response of %d bytes", len(response))
			}
		}
		if s.scts && len(timestamps) > 0 {
			if err := x.Put(&messages.SCTList{SCTs: timestamps}); err != nil {
				return refuse.BadAnswer.With("%d signed certificate timestamps", len(timestamps))
			}
		}
	}
	return nil
}

// nth is a list's nth element, or what stands for none.
func nth[T any](list []T, n int) T {
	if n < len(list) {
		return list[n]
	}
	var none T
	return none
}

// takeStapled takes what the peer has put beside its certificates. That it was asked
// for has been checked, and whether it is any good is for the caller to say.
func takeStapled(hs *handshake.Context, entries []messages.CertificateEntry) error {
	c := &hs.Connection
	c.OCSP, c.SCTs, c.OCSPChain, c.SCTsChain = nil, nil, nil, nil
	behind := len(entries) - 1
	for i := range entries {
		x := &entries[i].Extensions
		if len(x.List) == 0 {
			continue
		}
		var status messages.CertificateStatus
		if _, err := hs.Get(x, &status); err != nil {
			return err
		}
		var timestamps messages.SCTList
		if _, err := hs.Get(x, &timestamps); err != nil {
			return err
		}
		if i == 0 {
			c.OCSP, c.SCTs = status.Response, timestamps.SCTs
			continue
		}
		if status.Response != nil {
			c.OCSPChain = withNth(c.OCSPChain, behind, i-1, status.Response)
		}
		if timestamps.SCTs != nil {
			c.SCTsChain = withNth(c.SCTsChain, behind, i-1, timestamps.SCTs)
		}
	}
	return nil
}

// withNth sets the nth of size elements, which are made with the first of them.
func withNth[T any](list []T, size, n int, value T) []T {
	if list == nil {
		list = make([]T, size)
	}
	list[n] = value
	return list
}
