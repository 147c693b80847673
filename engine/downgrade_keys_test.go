package engine_test

import (
	"bytes"
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// choosing has both ends of a pair allow several suites of TLS 1.2, all of which
// one certificate, or one pre-shared key, serves.
func choosing(suites ...messages.CipherSuite) func(*testkit.Pair) {
	return with(suites[0], func(p *testkit.Pair) {
		p.Client.CipherSuites, p.Server.CipherSuites = suites, suites
	})
}

// fallingBack has a client come back with less, as its application wants it to.
func fallingBack(p *testkit.Pair) {
	p.Client.MaxVersion, p.Client.Fallback = messages.TLS12, true
}

// startingFalsely has a client write before the server's Finished.
func startingFalsely(p *testkit.Pair) {
	onlyLegacy(p)
	withALPN(p)
	p.Client.FalseStart = true
}

// limiting has both ends agree on short records.
func limiting(p *testkit.Pair) {
	onlyLegacy(p)
	p.Client.RecordSizeLimit, p.Server.RecordSizeLimit = 512, 1024
}

// keyAttacks are those on the key exchanges of TLS 1.2 other than ECDHE, and on
// what goes with them.
func keyAttacks() []attack {
	return slices.Concat(finiteFieldAttacks(), keyTransportAttacks(), sharedKeyAttacks(), optionAttacks())
}

func finiteFieldAttacks() []attack {
	fields := with(dheSuite, func(p *testkit.Pair) {
		p.Client.Groups = []messages.Group{messages.X25519, messages.FFDHE3072, messages.FFDHE2048}
		p.Server.Groups = p.Client.Groups
	})
	offering := func(groups ...messages.Group) func(*forge.Link) {
		return clientSays(func(m *messages.ClientHello) {
			forge.Set(&m.Extensions, &messages.SupportedGroups{Groups: groups})
		})
	}
	exchange := func(change func(m *messages.ServerKeyExchangeDHE)) func(*forge.Link) { return serverSays(change) }
	return []attack{
		{
			sentence: "puts a prime of 512 bits into DHE, as Logjam does", pair: with(dheSuite), by: events.Client, refusal: "unknown_finite_field",
			forge: exchange(func(m *messages.ServerKeyExchangeDHE) { m.Params.P = bytes.Repeat([]byte{0xfb}, 64) }),
		},
		{
			sentence: "puts a generator of a small subgroup into DHE", pair: with(dheSuite), by: events.Client, refusal: "unknown_finite_field",
			forge: exchange(func(m *messages.ServerKeyExchangeDHE) { m.Params.G = []byte{1} }),
		},
		{
			sentence: "replaces the server's share of DHE", pair: with(dheSuite), by: events.Client, refusal: "bad_signature",
			forge: exchange(func(m *messages.ServerKeyExchangeDHE) { m.Params.Public = bytes.Repeat([]byte{3}, 256) }),
		},
		{
			sentence: "replaces the client's share of DHE", pair: with(dheSuite), by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientKeyExchangeDHE) { m.Public = bytes.Repeat([]byte{3}, 256) }),
		},
		{
			sentence: "leaves the smallest finite field", pair: fields, by: events.Server, refusal: "bad_record_mac",
			forge: offering(messages.FFDHE2048),
		},
		{
			sentence: "leaves a finite field that nobody has", pair: fields, by: events.Server, refusal: "insufficient_security",
			forge: offering(messages.FFDHE8192),
		},
		{
			sentence: "takes every finite field away", pair: fields, by: events.Server, refusal: "bad_record_mac",
			forge: offering(messages.X25519),
		},
		{
			sentence: "leaves DHE of ECDHE and DHE", pair: choosing(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, dheSuite),
			by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.CipherSuites = []messages.CipherSuite{dheSuite} }),
		},
		// The cross-protocol attack of Mavrogiannopoulos and others: the signature
		// does not say which kind of parameters it is of.
		{
			sentence: "has the client take parameters of a curve for those of a finite field",
			pair:     choosing(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, dheSuite), by: events.Client, refusal: "malformed_message",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = dheSuite }),
		},
		{
			sentence: "has the client take parameters of a finite field for those of a curve",
			pair:     choosing(dheSuite, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), by: events.Client, refusal: "malformed_message",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 }),
		},
	}
}

func keyTransportAttacks() []attack {
	either := choosing(messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, rsaSuite)
	encrypted := func(change func(b []byte) []byte) func(*forge.Link) {
		return clientSays(func(m *messages.ClientKeyExchangeRSA) {
			m.EncryptedPreMasterSecret = change(slices.Clone(m.EncryptedPreMasterSecret))
		})
	}
	return []attack{
		{
			sentence: "leaves RSA key transport of ECDHE and RSA", pair: either, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.CipherSuites = []messages.CipherSuite{rsaSuite} }),
		},
		{
			sentence: "has the server choose RSA key transport", pair: either, by: events.Client, refusal: "unexpected_message",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = rsaSuite }),
		},
		{
			sentence: "has the server choose RSA key transport and takes its share away, as FREAK does", pair: either,
			by: events.Server, refusal: "malformed_message",
			forge: together(serverSays(func(m *messages.ServerHello) { m.CipherSuite = rsaSuite }),
				dropping(events.Server, messages.TypeServerKeyExchange)),
		},
		{
			sentence: "has a server of RSA key transport choose ECDHE", pair: choosing(rsaSuite, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
			by: events.Client, refusal: "unexpected_message",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 }),
		},
		// As Bleichenbacher, DROWN and ROBOT do: what does not decrypt, what
		// decrypts to something else, and what is none ends in one way.
		{
			sentence: "changes what the client has encrypted", pair: with(rsaSuite), by: events.Server, refusal: "bad_record_mac",
			forge: encrypted(func(b []byte) []byte { b[0] ^= 1; return b }),
		},
		{
			sentence: "replaces what the client has encrypted by 1", pair: with(rsaSuite), by: events.Server, refusal: "bad_record_mac",
			forge: encrypted(func(b []byte) []byte { clear(b); b[len(b)-1] = 1; return b }),
		},
		{
			sentence: "cuts what the client has encrypted short", pair: with(rsaSuite), by: events.Server, refusal: "bad_record_mac",
			forge: encrypted(func(b []byte) []byte { return b[:len(b)-1] }),
		},
		{
			sentence: "replays what a client has encrypted", pair: with(rsaSuite), by: events.Server, refusal: "bad_record_mac",
			forge: replaying(with(rsaSuite), events.Client, messages.TypeClientKeyExchange),
		},
	}
}

func sharedKeyAttacks() []attack {
	hinting := with(pskSuite, func(p *testkit.Pair) { p.Server.PSKHint = []byte("hint") })
	return []attack{
		{
			sentence: "leaves a pre-shared key without ECDHE", pair: choosing(ecdhePSKSuite, pskSuite), by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) { m.CipherSuites = []messages.CipherSuite{pskSuite} }),
		},
		{
			sentence: "has the server choose a pre-shared key without ECDHE", pair: choosing(ecdhePSKSuite, pskSuite),
			by: events.Client, refusal: "malformed_message", forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = pskSuite }),
		},
		{
			sentence: "replaces the server's share of ECDHE_PSK, which nobody signs", pair: with(ecdhePSKSuite),
			by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerKeyExchangeECDHEPSK) { m.Params.Public = slices.Repeat([]byte{9}, 32) }),
		},
		{
			sentence: "replaces both shares of ECDHE_PSK", pair: with(ecdhePSKSuite), by: events.Server, refusal: "bad_record_mac",
			forge: together(
				serverSays(func(m *messages.ServerKeyExchangeECDHEPSK) { m.Params.Public = slices.Repeat([]byte{9}, 32) }),
				clientSays(func(m *messages.ClientKeyExchangeECDHEPSK) { m.Public = slices.Repeat([]byte{9}, 32) })),
		},
		{
			sentence: "changes the client's identity", pair: with(pskSuite), by: events.Server, refusal: "unknown_psk",
			forge: clientSays(func(m *messages.ClientKeyExchangePSK) { m.Identity = []byte("another") }),
		},
		{
			sentence: "changes the server's hint", pair: hinting, by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerKeyExchangePSK) { m.Hint = []byte("another") }),
		},
		{
			sentence: "leaves the server's hint out", pair: hinting, by: events.Server, refusal: "bad_record_mac",
			forge: dropping(events.Server, messages.TypeServerKeyExchange),
		},
	}
}

// optionAttacks are those on what else both ends may have agreed on.
func optionAttacks() []attack {
	return []attack{
		// covers 7507/4/1
		{
			sentence: "brings a fallback about", pair: fallingBack, by: events.Server, refusal: "inappropriate_fallback",
			forge: func(*forge.Link) {},
		},
		{
			sentence: "brings a fallback about and takes the mark of it away", pair: fallingBack, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				m.CipherSuites = slices.DeleteFunc(slices.Clone(m.CipherSuites), func(id messages.CipherSuite) bool {
					return id == messages.TLS_FALLBACK_SCSV
				})
			}),
		},
		// The client writes under keys that only the server has, or nobody.
		{
			sentence: "changes the suite of a client that starts falsely", pair: startingFalsely, by: events.Server, refusal: "bad_record_mac",
			forge: serverSays(func(m *messages.ServerHello) { m.CipherSuite = messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 }),
		},
		{
			sentence: "takes extended_master_secret from a client that starts falsely", pair: startingFalsely,
			by: events.Server, refusal: "bad_finished", forge: withoutOffer(messages.ExtensionExtendedMasterSecret),
		},
		{
			sentence: "takes record_size_limit away", pair: limiting, by: events.Server, refusal: "bad_record_mac",
			forge: withoutOffer(messages.ExtensionRecordSizeLimit),
		},
		{
			sentence: "lowers record_size_limit", pair: limiting, by: events.Server, refusal: "bad_record_mac",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.RecordSizeLimit{Limit: 64})
			}),
		},
		{
			sentence: "changes max_fragment_length", pair: also(onlyLegacy, func(p *testkit.Pair) { p.Client.MaxFragmentLength = 4096 }),
			by: events.Client, refusal: "fragment_length_not_offered",
			forge: clientSays(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.MaxFragmentLength{Code: 1})
			}),
		},
	}
}
