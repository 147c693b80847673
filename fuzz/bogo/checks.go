package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

func mismatch(what string, got, want any) error {
	return &mismatchError{check: what, what: fmt.Sprintf("%s: got %v, want %v", what, got, want)}
}

// expectation is something that must be so after a handshake, whether or not a flag speaks of it.
type expectation struct {
	what string
	// got and want are compared where applies says so; a nil applies means always.
	applies func(p *endpoint) bool
	got     func(p *endpoint, c *events.Connection) any
	want    func(p *endpoint) any
}

func given(flags ...string) func(*endpoint) bool {
	return func(p *endpoint) bool {
		return slices.ContainsFunc(flags, func(flag string) bool { return p.c.options.given[flag] })
	}
}

func onServer(p *endpoint) bool { return p.c.options.Server }
func always(v any) func(*endpoint) any {
	return func(*endpoint) any { return v }
}

// expectations are checked in this order, once the handshake is complete.
var expectations = []expectation{
	{"the response stapled", given("expect-ocsp-response"),
		func(_ *endpoint, c *events.Connection) any { return c.OCSP },
		func(p *endpoint) any { return p.c.options.ExpectOCSPResponse }},
	{"the timestamps stapled", given("expect-signed-cert-timestamps"),
		func(_ *endpoint, c *events.Connection) any { return c.SCTs },
		func(p *endpoint) any {
			list, _ := timestamps(p.c.options.ExpectSignedCertificateTimestamps)
			return list
		}},
	{"version", given("expect-version"),
		func(_ *endpoint, c *events.Connection) any { return c.Version },
		func(p *endpoint) any { return messages.Version(p.c.options.ExpectVersion) }},
	{"a version within the bounds", nil,
		func(p *endpoint, c *events.Connection) any {
			low, high := versionsOf(p.c.options)
			return c.Version >= low && c.Version <= high
		}, always(true)},
	{"the binding of the secrets to the handshake", given("expect-extended-master-secret"),
		func(_ *endpoint, c *events.Connection) any { return c.ExtendedMasterSecret }, always(true)},
	{"that a renegotiation would be bound to the handshake", given("expect-secure-renegotiation", "expect-no-secure-renegotiation"),
		// TLS 1.3 has none, which the suite counts as bound.
		func(_ *endpoint, c *events.Connection) any {
			return c.SecureRenegotiation || c.Version >= messages.TLS13
		},
		func(p *endpoint) any { return p.c.options.ExpectSecureRenegotiation }},
	{"the handshake is complete", nil,
		func(p *endpoint, _ *events.Connection) any { return p.completion != nil },
		func(p *endpoint) any { return (p.c.number > 0 || !p.c.options.FalseStart) && !p.zero.half }},
	{"resumed", nil,
		func(_ *endpoint, c *events.Connection) any { return c.Resumed },
		func(p *endpoint) any { return p.c.number > 0 && !p.c.options.ExpectSessionMiss }},
	{"protocol", nil,
		func(_ *endpoint, c *events.Connection) any { return c.ALPN },
		func(p *endpoint) any {
			switch {
			case !p.c.options.Server:
				return p.c.options.ExpectALPN
			case p.c.options.DeclineALPN:
				return ""
			}
			return p.c.options.SelectALPN
		}},
	{"offered protocols", given("expect-advertised-alpn"),
		func(p *endpoint, _ *events.Connection) any { return p.hello.ALPN },
		func(p *endpoint) any { list, _ := protocols(p.c.options.ExpectAdvertisedALPN); return list }},
	{"server name", given("expect-server-name"),
		func(_ *endpoint, c *events.Connection) any { return c.ServerName },
		func(p *endpoint) any { return p.c.options.ExpectServerName }},
	{"no server name", given("expect-no-server-name"),
		func(_ *endpoint, c *events.Connection) any { return c.ServerName }, always("")},
	{"the peer's transport parameters", given("expect-quic-transport-params"),
		func(_ *endpoint, c *events.Connection) any { return c.PeerParameters },
		func(p *endpoint) any { return p.c.options.ExpectQUICTransportParams }},
	{"group", given("expect-curve-id"),
		func(_ *endpoint, c *events.Connection) any { return c.Group },
		func(p *endpoint) any { return messages.Group(p.c.options.ExpectCurveID) }},
	{"suite", given("expect-cipher"),
		func(_ *endpoint, c *events.Connection) any { return c.CipherSuite },
		func(p *endpoint) any { return messages.CipherSuite(p.c.options.ExpectCipher) }},
	{"suite, with AES instructions", given("expect-cipher-aes"),
		func(_ *endpoint, c *events.Connection) any { return c.CipherSuite },
		func(p *endpoint) any { return messages.CipherSuite(p.c.options.ExpectCipherAES) }},
	{"a HelloRetryRequest", given("expect-hrr", "expect-no-hrr"),
		func(_ *endpoint, c *events.Connection) any { return c.Retried },
		func(p *endpoint) any { return p.c.options.ExpectHRR }},
	{"the peer's signature scheme", given("expect-peer-signature-algorithm"),
		func(p *endpoint, c *events.Connection) any {
			if c.Resumed && p.resumed != nil {
				return p.resumed.PeerScheme
			}
			return c.PeerScheme
		},
		func(p *endpoint) any { return messages.SignatureScheme(p.c.options.ExpectPeerSignatureAlgorithm) }},
	{"the credential", given("expect-selected-credential"),
		func(p *endpoint, _ *events.Connection) any {
			switch {
			case p.key != nil:
				return p.key.index
			case p.selected == nil:
				return -1
			}
			return p.selected.index
		},
		func(p *endpoint) any { return *p.c.options.ExpectSelectedCredential }},
	{"the peer's kind of certificate", given("expect-peer-certificate-type"),
		func(_ *endpoint, c *events.Connection) any { return uint8(c.PeerCertificateType) },
		func(p *endpoint) any { return *p.c.options.ExpectPeerCertificateType }},
	{"the peer's raw key", given("expect-peer-rpk-sha256"),
		func(_ *endpoint, c *events.Connection) any { sum := sha256.Sum256(c.PeerRawKey); return sum[:] },
		func(p *endpoint) any { return p.c.options.ExpectPeerRPKSHA256 }},
	{"a certificate of the peer's", func(p *endpoint) bool { return p.key != nil || given("expect-no-peer-cert", "psk")(p) },
		func(_ *endpoint, c *events.Connection) any { return len(c.PeerChain) > 0 }, always(false)},
	{"a certificate of the peer's", func(p *endpoint) bool {
		o := p.c.options
		return p.key == nil && !o.ExpectNoPeerCertificate && !o.given["psk"] && len(o.ExpectPeerRPKSHA256) == 0 && (!o.Server || o.RequireAnyClientCertificate)
	}, func(_ *endpoint, c *events.Connection) any { return len(c.PeerChain) > 0 }, always(true)},
	{"the skew of the ticket's age", given("expect-ticket-age-skew"),
		func(p *endpoint, _ *events.Connection) any { return p.skew },
		func(p *endpoint) any {
			if p.c.number == 0 {
				return 0
			}
			return p.c.options.ExpectTicketAgeSkew
		}},
	{"early data accepted", given("expect-accept-early-data", "expect-reject-early-data"),
		func(_ *endpoint, c *events.Connection) any { return c.EarlyDataAccepted },
		func(p *endpoint) any { return p.c.options.ExpectAcceptEarlyData && p.c.number > 0 }},
	{"why there was early data or none", given("expect-early-data-reason"),
		func(p *endpoint, c *events.Connection) any { return p.earlyReason(c) },
		func(p *endpoint) any { return p.c.options.ExpectEarlyDataReason }},
	{"the verdict", given("expect-verify-result"),
		func(p *endpoint, _ *events.Connection) any { return p.refused() },
		func(p *endpoint) any { return p.c.options.VerifyFail }},
	{"how often the chain was looked at", nil,
		func(p *endpoint, _ *events.Connection) any { return p.verdicts > 1 }, always(false)},
	{"the server saw a hello", onServer,
		func(p *endpoint, _ *events.Connection) any { return p.hello != nil }, always(true)},
	{"a session of the server's to keep", given("expect-session-id", "expect-no-session-id"),
		func(p *endpoint, _ *events.Connection) any { return p.cached },
		func(p *endpoint) any { return p.c.number == 0 && p.c.options.ExpectSessionID }},
	{"a session from the handshake", func(p *endpoint) bool {
		return !p.c.options.Server && p.completion != nil && p.completion.Version < messages.TLS13
	},
		func(p *endpoint, _ *events.Connection) any { return p.renewed },
		func(p *endpoint) any {
			o := p.c.options
			return !o.ExpectNoSession && (!p.completion.Resumed || o.ExpectTicketRenewal)
		}},
	{"a session before the handshake is complete", nil,
		func(p *endpoint, _ *events.Connection) any { return p.hasty }, always(false)},
}

// check compares what was agreed on with what the test wants.
func (p *endpoint) check() error {
	// The engine's own may speak of a renegotiation by now.
	c := p.completion
	if c == nil {
		c = p.early
	}
	if c == nil || c.Version != p.engine.Connection().Version {
		return &faultError{what: "the engine told nothing of the handshake's end"}
	}
	for _, e := range expectations {
		if e.applies != nil && !e.applies(p) {
			continue
		}
		if got, want := e.got(p, c), e.want(p); !reflect.DeepEqual(got, want) {
			return mismatch(e.what, got, want)
		}
	}
	if file := p.c.options.ExpectPeerCertificateFile; file != "" {
		want, err := readChain(file)
		if err != nil {
			return err
		}
		if !slices.EqualFunc(c.PeerChain, want, bytes.Equal) {
			return mismatch("the peer's chain", len(c.PeerChain), len(want))
		}
	}
	return nil
}

// afterwards checks what a whole conversation must have brought.
func (p *endpoint) afterwards() error {
	o := p.c.options
	if p.renegotiations != o.ExpectTotalRenegotiations {
		return mismatch("renegotiations", p.renegotiations, o.ExpectTotalRenegotiations)
	}
	if o.RenegotiateExplicit && p.renegotiations != p.begun {
		return mismatch("renegotiations that the shim began", p.begun, p.renegotiations)
	}
	if want := o.ExpectMsgCallback; want != "" && p.evidence.trace.String() != want {
		return mismatch("the trace", p.evidence.trace.String(), want)
	}
	if p.tardy && !o.FalseStart {
		return mismatch("a session after the first handshake", true, false)
	}
	if p.renegotiations > 0 {
		if err := p.stillTheSame(); err != nil {
			return err
		}
	}
	if o.Server || o.ShimShutsDown || p.completion == nil || p.completion.Version < messages.TLS13 {
		return nil
	}
	if want := !o.ExpectNoSession; p.renewed != want && !o.SendAlert {
		return mismatch("a session for the next connection", p.renewed, want)
	}
	if got := p.session != nil && p.session.MaxEarlyData > 0; p.renewed && got != o.ExpectTicketSupportsEarlyData {
		return mismatch("a session that supports early data", got, o.ExpectTicketSupportsEarlyData)
	}
	return nil
}

// againAnd begins what is said about a check that did not hold the second time.
const againAnd = "after a renegotiation: "

// ofThePeer are the expectations that hold after a renegotiation too.
var ofThePeer = []string{"the response stapled", "the timestamps stapled", "the verdict"}

// stillTheSame checks that a renegotiation has changed nothing of who the peer is: neither its chain, nor what is stapled to it, nor the verdict.
func (p *endpoint) stillTheSame() error {
	c := p.engine.Connection()
	for _, e := range expectations {
		if slices.Contains(ofThePeer, e.what) && e.applies(p) {
			if got, want := e.got(p, &c), e.want(p); !reflect.DeepEqual(got, want) {
				return mismatch(againAnd+e.what, got, want)
			}
		}
	}
	return nil
}
