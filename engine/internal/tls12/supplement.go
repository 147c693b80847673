package tls12

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// extras is what is seldom agreed on: the URLs of a client's certificates
// (RFC 6066, Section 5), and supplemental data (RFC 4680).
type extras struct {
	urls bool
	// gives and takes are the types of data that this end and the peer may send.
	gives, takes []messages.SupplementalDataType
	mappings     []messages.UserMappingType
}

// OfferExtras offers supplemental data, and to read the status of a whole chain.
func OfferExtras(hs *handshake.Context, previous *handshake.Previous, x *messages.Extensions) error {
	if hs.Policy.RequestOCSPChain {
		if err := offerStatusV2(x); err != nil {
			return err
		}
	}
	ours := &hs.Policy.Supplemental
	if previous == nil && !ours.InClear {
		return nil
	}
	for _, put := range [...]struct {
		body  messages.ExtensionBody
		count int
	}{
		{&messages.UserMappingTypes{Types: ours.UserMappings}, len(ours.UserMappings)},
		{&messages.ClientAuthz{Formats: ours.ClientAuthz}, len(ours.ClientAuthz)},
		{&messages.ServerAuthz{Formats: ours.ServerAuthz}, len(ours.ServerAuthz)},
	} {
		if put.count == 0 {
			continue
		}
		if err := handshake.Put(x, put.body); err != nil {
			return err
		}
	}
	return nil
}

// offerStatusV2 asks for the status of every certificate, or of the first
// (RFC 6961, Section 2.2).
func offerStatusV2(x *messages.Extensions) error {
	request, err := (&messages.OCSPStatusRequest{}).Append(nil)
	if err != nil {
		return refuse.Internal.Because(err)
	}
	return handshake.Put(x, &messages.StatusRequestV2Offer{Items: []messages.StatusRequestItem{
		{StatusType: messages.StatusTypeOCSPMulti, Request: request},
		{StatusType: messages.StatusTypeOCSP, Request: request},
	}})
}

// acceptExtras reads what the server agreed to.
func acceptExtras(hs *handshake.Context, x *messages.Extensions) (*extras, error) {
	var e extras
	e.urls = x.Has(messages.ExtensionClientCertificateURL)
	ours := &hs.Policy.Supplemental
	if !ours.Any() {
		return e.orNil(), nil
	}
	var mappings messages.UserMappingTypes
	var client messages.ClientAuthz
	var server messages.ServerAuthz
	for _, body := range [...]messages.ExtensionBody{&mappings, &client, &server} {
		if _, err := hs.Get(x, body); err != nil {
			return nil, err
		}
	}
	if !within(mappings.Types, ours.UserMappings) || !within(client.Formats, ours.ClientAuthz) ||
		!within(server.Formats, ours.ServerAuthz) {
		return nil, refuse.SupplementalNotAgreed.Alerting(messages.AlertIllegalParameter)
	}
	if len(mappings.Types) > 0 {
		e.gives, e.mappings = append(e.gives, messages.SupplementalUserMapping), mappings.Types
	}
	if len(client.Formats) > 0 {
		e.gives = append(e.gives, messages.SupplementalAuthz)
	}
	if len(server.Formats) > 0 {
		e.takes = append(e.takes, messages.SupplementalAuthz)
	}
	return e.orNil(), nil
}

// chooseExtras agrees to what both ends have, and answers it. Supplemental data
// is for a renegotiation, which protects it, unless the policy says otherwise
// (RFC 4680, Section 3).
func chooseExtras(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) (*extras, error) {
	ours := &hs.Policy.Supplemental
	if !ours.Any() && !hs.Policy.CertificateURLs {
		return nil, nil
	}
	var e extras
	if hs.Policy.CertificateURLs && hs.Policy.RequestClientCert && hello.Message.Extensions.Has(messages.ExtensionClientCertificateURL) {
		e.urls = true
		if err := handshake.Put(reply, &messages.ClientCertificateURL{}); err != nil {
			return nil, err
		}
	}
	if !ours.Any() || hello.Previous == nil && !ours.InClear {
		return e.orNil(), nil
	}
	var mappings messages.UserMappingTypes
	var client messages.ClientAuthz
	var server messages.ServerAuthz
	for _, body := range [...]messages.ExtensionBody{&mappings, &client, &server} {
		if _, err := hs.Get(&hello.Message.Extensions, body); err != nil {
			return nil, err
		}
	}
	mappings.Types = handshake.Common(ours.UserMappings, mappings.Types)
	client.Formats = handshake.Common(ours.ClientAuthz, client.Formats)
	server.Formats = handshake.Common(ours.ServerAuthz, server.Formats)
	for _, put := range [...]struct {
		body  messages.ExtensionBody
		count int
		kind  messages.SupplementalDataType
		list  *[]messages.SupplementalDataType
	}{
		{&mappings, len(mappings.Types), messages.SupplementalUserMapping, &e.takes},
		{&client, len(client.Formats), messages.SupplementalAuthz, &e.takes},
		{&server, len(server.Formats), messages.SupplementalAuthz, &e.gives},
	} {
		if put.count == 0 {
			continue
		}
		*put.list = append(*put.list, put.kind)
		if err := handshake.Put(reply, put.body); err != nil {
			return nil, err
		}
	}
	return e.orNil(), nil
}

func (e extras) orNil() *extras {
	if !e.urls && len(e.gives)+len(e.takes) == 0 {
		return nil
	}
	return &e
}

func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(v T) bool { return !slices.Contains(all, v) })
}

// askSupplement asks for what to send, if anything may be sent.
func askSupplement(hs *handshake.Context, a *agreed) bool {
	if a.extras == nil || len(a.extras.gives) == 0 {
		return false
	}
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ProvideSupplementalData{
			Asked: id, Role: hs.Role, Types: a.extras.gives, UserMappings: a.extras.mappings, Protected: a.previous != nil,
		}
	})
	return true
}

// sendSupplement sends SupplementalData, unless there is nothing to send.
func sendSupplement(hs *handshake.Context, a *agreed, entries []messages.SupplementalDataEntry) error {
	if len(entries) == 0 {
		return nil
	}
	for _, entry := range entries {
		if !slices.Contains(a.extras.gives, entry.Type) {
			return refuse.BadAnswer.With("supplemental data of type %v", entry.Type)
		}
	}
	raw, err := hs.Marshal(&messages.SupplementalData{Entries: entries})
	if err != nil {
		return refuse.BadAnswer.With("%d entries of supplemental data", len(entries))
	}
	hs.SendRaw(raw)
	return nil
}

// takeSupplement tells what came, which is at most one message of types that were
// agreed on (RFC 4680, Section 2).
func takeSupplement(hs *handshake.Context, a *agreed, m *messages.SupplementalData) error {
	if a.extras == nil || len(a.extras.takes) == 0 {
		return refuse.SupplementalNotAgreed
	}
	for _, entry := range m.Entries {
		if !slices.Contains(a.extras.takes, entry.Type) {
			return refuse.SupplementalNotAgreed.With("%v", entry.Type)
		}
	}
	hs.Tell(&events.SupplementalDataReceived{Entries: m.Entries, Protected: a.previous != nil})
	rest := *a.extras
	rest.takes = nil
	a.extras = &rest
	return nil
}

func readServerSupplement(hs *handshake.Context, s *waitServerCertificate12, m *messages.SupplementalData) (fsm.State, error) {
	next := *s
	return &next, takeSupplement(hs, &next.agreed, m)
}
