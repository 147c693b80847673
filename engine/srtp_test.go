package engine_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// profiles has the ends use profiles of SRTP.
func profiles(client, server []messages.SRTPProfile) func(*testkit.Pair) {
	return func(p *testkit.Pair) { p.Client.SRTPProfiles, p.Server.SRTPProfiles = client, server }
}

// aesAndSHA1 are two profiles, one of which the test's ends often agree on.
var aesAndSHA1 = []messages.SRTPProfile{messages.SRTP_AEAD_AES_128_GCM, messages.SRTP_AES128_CM_HMAC_SHA1_80}

func TestTheServersOrderDecidesWhatProtectsMedia(t *testing.T) {
	type list = []messages.SRTPProfile
	const gcm, sha1, null = messages.SRTP_AEAD_AES_128_GCM, messages.SRTP_AES128_CM_HMAC_SHA1_80, messages.SRTP_NULL_HMAC_SHA1_80
	for what, row := range map[string]struct {
		client, server list
		want           messages.SRTPProfile
	}{
		"the same":                  {list{gcm, sha1}, list{gcm, sha1}, gcm},
		"another order":             {list{gcm, sha1}, list{sha1, gcm}, sha1},
		"one in common":             {list{null, gcm}, list{sha1, gcm}, gcm},
		"nothing in common":         {list{gcm}, list{sha1}, 0},
		"a client without":          {nil, list{sha1}, 0},
		"a server without":          {list{gcm}, nil, 0},
		"what nobody else has yet ": {list{0x7777, sha1}, list{0x7777}, 0x7777},
	} {
		for version, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": legacy} {
			pair := made("srtp")
			profiles(row.client, row.server)(pair)
			p := established(t, pair)
			c, s := p.Client.Engine.Connection(), p.Server.Engine.Connection()
			if c.SRTPProfile != row.want || s.SRTPProfile != row.want || c.SRTPMKI != nil || s.SRTPMKI != nil {
				t.Errorf("%s, %s: the client says %v, the server %v, want %v", version, what, &c, &s, row.want)
			}
		}
	}
}

func TestAnIdentifierOfTheMasterKeyIsAgreedOnOrThereIsNone(t *testing.T) {
	for version, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": legacy} {
		for _, takes := range []bool{true, false} {
			for _, offered := range [][]byte{nil, []byte("key 7"), bytes.Repeat([]byte{9}, 255)} {
				pair := made("mki")
				profiles(aesAndSHA1, aesAndSHA1)(pair)
				pair.Client.SRTPMKI, pair.Server.SRTPTakesMKI = offered, takes
				p := established(t, pair)
				want := offered
				if !takes {
					want = nil
				}
				if c, s := p.Client.Engine.Connection(), p.Server.Engine.Connection(); !bytes.Equal(c.SRTPMKI, want) || !bytes.Equal(s.SRTPMKI, want) {
					t.Errorf("%s: the client says %v, the server %v, want %x", version, &c, &s, want)
				}
			}
		}
	}
}

func TestKeysOfMediaAreTheSameAtBothEnds(t *testing.T) {
	const length = 2 * (16 + 12) // of AEAD_AES_128_GCM: keys and salts
	for version, made := range map[string]madePair{"TLS 1.3": small, "TLS 1.2": legacy} {
		pair := made("keys")
		profiles(aesAndSHA1, aesAndSHA1)(pair)
		p := established(t, pair)
		client, err := p.Client.Engine.Export("EXTRACTOR-dtls_srtp", nil, length)
		if err != nil {
			t.Fatal(err)
		}
		server, err := p.Server.Engine.Export("EXTRACTOR-dtls_srtp", nil, length)
		if err != nil || !bytes.Equal(client, server) {
			t.Errorf("%s: the client has %x, the server %x: %v", version, client, server, err)
		}
	}
}

// unwanted are extensions of the past that nobody here sends.
func unwanted() []messages.Extension {
	return []messages.Extension{
		{Type: messages.ExtensionHeartbeat, Data: []byte{1}},
		{Type: messages.ExtensionNextProtocolNegotiation},
		{Type: messages.ExtensionChannelID},
		{Type: messages.ExtensionTruncatedHMAC},
	}
}

func TestAServerDoesNotTakeUpHeartbeatsOrNextProtocols(t *testing.T) {
	for _, made := range []madePair{small, legacy} {
		for _, extension := range unwanted() {
			completes(t, made("unwanted"), func(l *forge.Link) {
				forge.Change(l, events.Client, func(m *messages.ClientHello) { forge.AddExtension(&m.Extensions, extension) })
				forge.Change(l, events.Server, func(m *messages.ServerHello) {
					if m.Extensions.Has(extension.Type) {
						t.Errorf("the server answers %v", extension.Type)
					}
				})
			})
		}
	}
}

// unsolicitedOffences are answers to extensions of the past.
func unsolicitedOffences() []offence {
	var all []offence
	for _, extension := range unwanted() {
		all = append(all, offence{
			sentence: "a server answers " + extension.Type.String(), refusal: "unsolicited_extension", by: events.Client,
			forge: serverSays(func(m *messages.EncryptedExtensions) { forge.SetExtension(&m.Extensions, extension) }),
		}, offence{
			sentence: "a server of TLS 1.2 answers " + extension.Type.String(), refusal: "unsolicited_extension", by: events.Client,
			pair: inLegacy, forge: serverSays(func(m *messages.ServerHello) { forge.SetExtension(&m.Extensions, extension) }),
		})
	}
	return all
}

// srtpOffences are those of use_srtp.
func srtpOffences() []offence {
	use := profiles(aesAndSHA1, aesAndSHA1)
	identified := allOf(use, func(p *testkit.Pair) { p.Client.SRTPMKI, p.Server.SRTPTakesMKI = []byte{1, 2}, true })
	choose := func(choice *messages.UseSRTPChoice) func(*forge.Link) {
		return serverSays(func(m *messages.EncryptedExtensions) { forge.Set(&m.Extensions, choice) })
	}
	choose12 := func(choice *messages.UseSRTPChoice) func(*forge.Link) {
		return serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, choice) })
	}
	raw := func(data ...byte) messages.Extension {
		return messages.Extension{Type: messages.ExtensionUseSRTP, Data: data}
	}
	const other = messages.SRTP_AEAD_AES_256_GCM
	return append(unsolicitedOffences(), []offence{
		{
			sentence: "a server chooses a profile that was not offered", refusal: "srtp_profile_not_offered", by: events.Client,
			pair: use, forge: choose(&messages.UseSRTPChoice{Profile: other}),
		},
		{
			sentence: "a server of TLS 1.2 chooses a profile that was not offered", refusal: "srtp_profile_not_offered", by: events.Client,
			pair: allOf(inLegacy, use), forge: choose12(&messages.UseSRTPChoice{Profile: other}),
		},
		{
			sentence: "a server has another identifier of the master key", refusal: "srtp_identifier_changed", by: events.Client,
			pair: identified, forge: choose(&messages.UseSRTPChoice{Profile: aesAndSHA1[0], MKI: []byte{1, 3}}),
		},
		{
			sentence: "a server has an identifier where the client has none", refusal: "srtp_identifier_changed", by: events.Client,
			pair: allOf(inLegacy, use), forge: choose12(&messages.UseSRTPChoice{Profile: aesAndSHA1[0], MKI: []byte{1}}),
		},
		{
			sentence: "a server chooses a profile unasked", refusal: "unsolicited_extension", by: events.Client,
			forge: choose(&messages.UseSRTPChoice{Profile: aesAndSHA1[0]}),
		},
		{
			sentence: "a server chooses two profiles", refusal: "malformed_extension", by: events.Client,
			pair: use, forge: serverSays(func(m *messages.EncryptedExtensions) {
				forge.SetExtension(&m.Extensions, raw(0, 4, 0, 7, 0, 1, 0))
			}),
		},
		{
			sentence: "a client offers no profile", refusal: "malformed_extension", by: events.Server,
			pair: use, forge: clientSays(func(m *messages.ClientHello) { forge.SetExtension(&m.Extensions, raw(0, 0, 0)) }),
		},
	}...)
}
