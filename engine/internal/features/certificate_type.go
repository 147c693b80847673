package features

import (
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// RFC 7250. A client names the kinds of certificate that it takes and those that
// it can show, unless that is X.509 alone. A server shows one of the first, as
// its credential is, and asks for the first of its own that is among the others.

var serverCertificateType = Feature{
	Type: messages.ExtensionServerCertificateType,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if isDefault(hs.Policy.PeerTypes) {
			return nil
		}
		return handshake.Put(x, &messages.ServerCertificateTypeOffer{Types: hs.Policy.PeerTypes})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		theirs := hello.Info.ServerCertificateTypes
		if isDefault(theirs) {
			return refuse.DefaultCertificateTypeAlone.With("%v", messages.ExtensionServerCertificateType)
		}
		kind := hs.Connection.LocalCertificateType // of the session resumed
		if hs.Credential != nil {
			kind = handshake.CertificateType(hs.Credential)
		}
		takes := handshake.TakesType(theirs, kind)
		switch {
		case hs.Credential != nil && !takes:
			return refuse.NoMutualCertificateType.With("the client takes %v", handshake.Few(theirs))
		case hs.Credential == nil && !hs.Connection.Resumed, len(theirs) == 0, !takes:
			return nil
		}
		hs.Connection.LocalCertificateType = kind
		return handshake.Put(reply, &messages.ServerCertificateTypeChoice{Chosen: kind})
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		choice := &messages.ServerCertificateTypeChoice{}
		if _, err := hs.Get(x, choice); err != nil {
			return err
		}
		if !slices.Contains(hs.Policy.PeerTypes, choice.Chosen) {
			return refuse.CertificateTypeNotOffered.With("%v for its own", choice.Chosen)
		}
		hs.Connection.PeerCertificateType = choice.Chosen
		return nil
	},
}

var clientCertificateType = Feature{
	Type: messages.ExtensionClientCertificateType,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if isDefault(hs.Policy.OwnTypes) {
			return nil
		}
		return handshake.Put(x, &messages.ClientCertificateTypeOffer{Types: hs.Policy.OwnTypes})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		theirs := hello.Info.ClientCertificateTypes
		if isDefault(theirs) {
			return refuse.DefaultCertificateTypeAlone.With("%v", messages.ExtensionClientCertificateType)
		}
		if hs.Credential == nil || !hs.Policy.RequestClientCert {
			return nil
		}
		at := slices.IndexFunc(hs.Policy.PeerTypes, func(kind messages.CertificateType) bool {
			return handshake.TakesType(theirs, kind)
		})
		if at < 0 {
			return refuse.NoMutualCertificateType.With("the client can show %v", handshake.Few(theirs))
		}
		hs.Connection.PeerCertificateType = hs.Policy.PeerTypes[at]
		if len(theirs) == 0 {
			return nil
		}
		return handshake.Put(reply, &messages.ClientCertificateTypeChoice{Chosen: hs.Policy.PeerTypes[at]})
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		choice := &messages.ClientCertificateTypeChoice{}
		if _, err := hs.Get(x, choice); err != nil {
			return err
		}
		if !slices.Contains(hs.Policy.OwnTypes, choice.Chosen) {
			return refuse.CertificateTypeNotOffered.With("%v for the client's", choice.Chosen)
		}
		hs.Connection.LocalCertificateType = choice.Chosen
		return nil
	},
}

// isDefault tells whether a list has X.509 and nothing else, for which the
// extension has to be left out (RFC 7250, Section 4.1).
func isDefault(types []messages.CertificateType) bool {
	return len(types) == 1 && types[0] == messages.CertificateX509
}
