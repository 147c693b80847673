package features

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
)

// RFC 5764. The server's order decides; a client that has no profile of the
// server's is served without. What the media is protected by is exported under the
// label EXTRACTOR-dtls_srtp (RFC 5764, Section 4.2), by the caller.
var useSRTP = Feature{
	Type: messages.ExtensionUseSRTP,
	Offer: func(hs *handshake.Context, x *messages.Extensions) error {
		if len(hs.Policy.SRTPProfiles) == 0 {
			return nil
		}
		return handshake.Put(x, &messages.UseSRTPOffer{Profiles: hs.Policy.SRTPProfiles, MKI: hs.Policy.SRTPMKI})
	},
	Answer: func(hs *handshake.Context, hello *handshake.Hello, reply *messages.Extensions) error {
		policy := hs.Policy
		if len(policy.SRTPProfiles) == 0 {
			return nil
		}
		var offer messages.UseSRTPOffer
		if _, err := hs.Get(&hello.Message.Extensions, &offer); err != nil {
			return err
		}
		profile, ok := handshake.First(policy.SRTPProfiles, offer.Profiles)
		if !ok {
			return nil
		}
		choice := &messages.UseSRTPChoice{Profile: profile}
		if policy.SRTPTakesMKI {
			choice.MKI = offer.MKI
		}
		useProfile(hs, choice)
		return handshake.Put(reply, choice)
	},
	Accept: func(hs *handshake.Context, x *messages.Extensions) error {
		var choice messages.UseSRTPChoice
		if _, err := hs.Get(x, &choice); err != nil {
			return err
		}
		switch {
		case !slices.Contains(hs.Policy.SRTPProfiles, choice.Profile):
			return refuse.SRTPProfileNotOffered.With("%v", choice.Profile)
		case len(choice.MKI) > 0 && !bytes.Equal(choice.MKI, hs.Policy.SRTPMKI):
			return refuse.SRTPIdentifierChanged.With("%x", choice.MKI)
		}
		useProfile(hs, &choice)
		return nil
	},
}

func useProfile(hs *handshake.Context, choice *messages.UseSRTPChoice) {
	hs.Connection.SRTPProfile = choice.Profile
	if len(choice.MKI) > 0 {
		hs.Connection.SRTPMKI = bytes.Clone(choice.MKI)
	}
}
