package engine_test

import (
	"crypto/sha1"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/internal/testkit/forge"
	"github.com/tacitls/tacitls/messages"
)

// renegotiated has the client begin a second handshake, in which the forger
// changes what it is told.
func renegotiated(l *forge.Link) {
	_ = l.Do(events.Client, (*engine.Engine).Renegotiate)
	l.Run()
}

// renewedHello and renewedChoice change the hellos of a renegotiation.
func renewedHello(change func(m *messages.ClientHello)) func(*forge.Link) {
	return func(l *forge.Link) { forge.ChangeNth(l, events.Client, 2, change) }
}

func renewedChoice(change func(m *messages.ServerHello)) func(*forge.Link) {
	return func(l *forge.Link) { forge.ChangeNth(l, events.Server, 2, change) }
}

// freely is a pair of TLS 1.2 that renegotiates.
func freely(p *testkit.Pair) {
	inLegacy(p)
	p.Client.Renegotiation, p.Server.Renegotiation = engine.RenegotiateFreely, engine.RenegotiateFreely
}

// speaking has both ends agree on the protocol "a", where "b" would do as well.
func speaking(p *testkit.Pair) {
	p.Client.ALPN, p.Server.ALPN = []string{"a", "b"}, []string{"a", "b"}
}

// continuing sets the renegotiation_info of a hello.
func continuing(verify []byte) *messages.RenegotiationInfo {
	return &messages.RenegotiationInfo{Verify: verify}
}

// renegotiationOffences are those of a second handshake.
func renegotiationOffences() []offence {
	return []offence{
		// covers 5746/3.7/1
		{
			sentence: "a renegotiation has the signal of a first handshake", refusal: "renegotiation_mismatch", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) {
				m.CipherSuites = append(slices.Clone(m.CipherSuites), messages.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
			}),
		},
		// covers 5746/3.7/2
		{
			sentence: "a renegotiation comes without renegotiation_info", refusal: "renegotiation_mismatch", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionRenegotiationInfo) }),
		},
		// covers 5746/3.7/3
		{
			sentence: "a client renegotiates another connection", refusal: "renegotiation_mismatch", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) { forge.Set(&m.Extensions, continuing(make([]byte, 12))) }),
		},
		{
			sentence: "a client renegotiates no connection", refusal: "renegotiation_mismatch", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) { forge.Set(&m.Extensions, continuing(nil)) }),
		},
		// covers 5746/3.5/3
		{
			sentence: "a server renegotiates without renegotiation_info", refusal: "renegotiation_mismatch", by: events.Client, pair: freely, then: renegotiated,
			forge: renewedChoice(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionRenegotiationInfo) }),
		},
		// covers 5746/3.5/4
		// covers 5746/3.5/5
		{
			sentence: "a server renegotiates another connection", refusal: "renegotiation_mismatch", by: events.Client, pair: freely, then: renegotiated,
			forge: renewedChoice(func(m *messages.ServerHello) { forge.Set(&m.Extensions, continuing(make([]byte, 24))) }),
		},
		{
			sentence: "a server repeats the client's half alone", refusal: "renegotiation_mismatch", by: events.Client, pair: freely, then: renegotiated,
			forge: renewedChoice(func(m *messages.ServerHello) {
				var info messages.RenegotiationInfo
				_, _ = m.Extensions.Get(&info)
				forge.Set(&m.Extensions, continuing(slices.Clone(info.Verify[:12])))
			}),
		},
		{
			sentence: "a server renegotiates down to TLS 1.1", refusal: "renegotiated_version", by: events.Client, pair: freely, then: renegotiated,
			forge: renewedChoice(func(m *messages.ServerHello) { m.LegacyVersion = messages.TLS11 }),
		},
		// covers 8446/4.1.3/15
		{
			sentence: "a server renegotiates up to TLS 1.3", refusal: "renegotiated_version", by: events.Client, pair: freely, then: renegotiated,
			forge: renewedChoice(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.SupportedVersionsChoice{Version: messages.TLS13})
			}),
		},
		{
			sentence: "a client renegotiates down to TLS 1.1", refusal: "renegotiated_version", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) { m.LegacyVersion = messages.TLS11 }),
		},
		{
			sentence: "a client renegotiates without extended_master_secret", refusal: "renegotiated_extended_master", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) }),
		},
		{
			sentence: "a server renegotiates without extended_master_secret", refusal: "renegotiated_extended_master", by: events.Client, pair: freely, then: renegotiated,
			forge: renewedChoice(func(m *messages.ServerHello) { m.Extensions.Remove(messages.ExtensionExtendedMasterSecret) }),
		},
		{
			sentence: "a client renegotiates with another server", refusal: "renegotiated_name", by: events.Server, pair: freely, then: renegotiated,
			forge: renewedHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ServerNameOffer{Name: []byte("other.example")})
			}),
		},
		{
			sentence: "a client renegotiates for another protocol", refusal: "no_application_protocol", by: events.Server, then: renegotiated,
			pair: allOf(freely, speaking),
			forge: renewedHello(func(m *messages.ClientHello) {
				forge.Set(&m.Extensions, &messages.ALPNOffer{Protocols: [][]byte{[]byte("b")}})
			}),
		},
		{
			sentence: "a server renegotiates for another protocol", refusal: "unsolicited_extension", by: events.Client, then: renegotiated,
			pair:  allOf(freely, speaking),
			forge: renewedChoice(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.ALPNChoice{Protocol: []byte("b")}) }),
		},
		{
			sentence: "a client names another key", refusal: "certificate_changed", by: events.Server, then: renegotiated,
			pair: allOf(with(messages.TLS_PSK_WITH_AES_128_GCM_SHA256), freely),
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.ClientKeyExchangePSK) { m.Identity = []byte("another") })
			},
		},
		{
			sentence: "a server shows another certificate", refusal: "certificate_changed", by: events.Client, pair: freely, then: renegotiated,
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Server, 2, func(m *messages.Certificate12) { m.Chain = testkit.Server(testkit.P384).Chain })
			},
		},
		{
			sentence: "a client shows another certificate", refusal: "certificate_changed", by: events.Server, then: renegotiated,
			pair: func(p *testkit.Pair) {
				freely(p)
				withClientCert(p)
			},
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.Certificate12) { m.Chain = testkit.Client(testkit.P384).Chain })
			},
		},
		{
			sentence: "a client shows its certificate no more", refusal: "certificate_changed", by: events.Server, then: renegotiated,
			pair: func(p *testkit.Pair) {
				freely(p)
				withClientCert(p)
				p.Server.ClientAuth = engine.RequestClientCert
			},
			forge: func(l *forge.Link) {
				forge.ChangeNth(l, events.Client, 2, func(m *messages.Certificate12) { m.Chain = nil })
			},
		},
		{
			sentence: "data comes between the change of keys and the Finished of a renegotiation", refusal: "unexpected_data", by: events.Server, pair: freely, then: renegotiated,
			forge: func(l *forge.Link) {
				l.OnNth(events.Client, messages.TypeFinished, 2, func(w *forge.Wire, _ []byte) { w.Record(23, []byte("early")) })
			},
		},
		{
			sentence: "a client renegotiates again and again", refusal: "too_many_renegotiations", by: events.Server, pair: freely,
			then: func(l *forge.Link) {
				for range 5 {
					renegotiated(l)
				}
			},
		},
	}
}

// supplementOffences are those of supplemental data, of certificates that are
// fetched, and of the status of chains.
func supplementOffences() []offence {
	agreed := func(p *testkit.Pair) {
		inLegacy(p)
		supplemented(p)
	}
	fetching := func(p *testkit.Pair) {
		withLegacyClientCert(p)
		p.Client.CertificateURLs, p.Server.CertificateURLs = true, true
		p.ClientAnswers.Override = byURLs(testkit.Client(testkit.P256), true)
		p.ServerAnswers.Pages = pages("")
	}
	finding := func(path []byte) func(p *testkit.Pair) {
		return func(p *testkit.Pair) {
			fetching(p)
			p.ServerAnswers.Pages[pathURL] = path
		}
	}
	hashed := func(path []byte) func(*forge.Link) {
		return clientSays(func(m *messages.CertificateURL) { m.URLs[0].SHA1 = sha1.Sum(path) })
	}
	garbage := []byte("no path at all")
	status := func(p *testkit.Pair) {
		inLegacy(p)
		p.Client.RequestOCSP, p.Client.RequestOCSPChain = true, true
		p.ServerAnswers.Override = staplingChain(p.ServerAnswers.Identity)
	}
	unasked := &messages.SupplementalData{Entries: []messages.SupplementalDataEntry{{Type: messages.SupplementalAuthz}}}
	return []offence{
		// covers 4680/2/7
		// covers 4680/2/6
		{
			sentence: "a server sends supplemental data that was not agreed on", refusal: "supplemental_not_agreed", by: events.Client, pair: inLegacy,
			forge: instead(events.Server, messages.TypeCertificate, func(w *forge.Wire, _ []byte) { w.Message(unasked) }),
		},
		{
			sentence: "a client sends supplemental data that was not agreed on", refusal: "supplemental_not_agreed", by: events.Server, pair: inLegacy,
			forge: instead(events.Client, messages.TypeClientKeyExchange, func(w *forge.Wire, _ []byte) { w.Message(unasked) }),
		},
		{
			sentence: "a client sends supplemental data of another type", refusal: "supplemental_not_agreed", by: events.Server, pair: agreed,
			forge: clientSays(func(m *messages.SupplementalData) { m.Entries[0].Type = 7 }),
		},
		// covers 4680/2/3
		// covers 4680/2/4
		{
			sentence: "a client sends supplemental data twice", refusal: "supplemental_not_agreed", by: events.Server, pair: agreed,
			forge: instead(events.Client, messages.TypeSupplementalData, func(w *forge.Wire, raw []byte) { w.Raw(raw); w.Raw(raw) }),
		},
		{
			sentence: "a server sends supplemental data twice", refusal: "supplemental_not_agreed", by: events.Client, pair: agreed,
			forge: instead(events.Server, messages.TypeSupplementalData, func(w *forge.Wire, raw []byte) { w.Raw(raw); w.Raw(raw) }),
		},
		// covers 4680/3/1
		{
			sentence: "supplemental data comes behind the client's certificate", refusal: "supplemental_not_agreed", by: events.Server,
			pair: func(p *testkit.Pair) {
				agreed(p)
				withClientCert(p)
			},
			forge: func(l *forge.Link) {
				var late []byte
				l.On(events.Client, messages.TypeSupplementalData, func(_ *forge.Wire, raw []byte) { late = slices.Clone(raw) })
				l.On(events.Client, messages.TypeCertificate, func(w *forge.Wire, raw []byte) { w.Raw(raw); w.Raw(late) })
			},
		},
		// covers 4680/2/5
		{
			sentence: "supplemental data has no entry", refusal: "malformed_message", by: events.Server, pair: agreed,
			forge: instead(events.Client, messages.TypeSupplementalData, func(w *forge.Wire, _ []byte) { w.Raw([]byte{23, 0, 0, 3, 0, 0, 0}) }),
		},
		{
			sentence: "a server agrees to a mapping that was not offered", refusal: "supplemental_not_agreed", by: events.Client, alert: messages.AlertIllegalParameter, pair: agreed,
			forge: serverSays(func(m *messages.ServerHello) {
				forge.Set(&m.Extensions, &messages.UserMappingTypes{Types: []messages.UserMappingType{9}})
			}),
		},
		{
			sentence: "an answer has supplemental data that was not agreed on", refusal: "bad_answer", by: events.Client,
			pair: func(p *testkit.Pair) {
				agreed(p)
				p.ClientAnswers.Supplement = unasked.Entries
			},
		},
		// covers 6066/5/10
		// covers 6066/5/11
		{
			sentence: "what is found at a URL has another hash", refusal: "bad_certificate_hash", by: events.Server, pair: finding(garbage),
		},
		// covers 6066/10.1/2
		{
			sentence: "what is found at a URL is no path", refusal: "bad_certificate_path", by: events.Server, pair: finding(garbage), forge: hashed(garbage),
		},
		{
			sentence: "an empty path is found", refusal: "bad_certificate_path", by: events.Server, pair: finding([]byte{0x30, 0}), forge: hashed([]byte{0x30, 0}),
		},
		{
			sentence: "a client sends two URLs of paths", refusal: "bad_certificate_path", by: events.Server, alert: messages.AlertIllegalParameter, pair: fetching,
			forge: clientSays(func(m *messages.CertificateURL) { m.URLs = append(m.URLs, m.URLs[0]) }),
		},
		{
			sentence: "a client sends seventeen URLs", refusal: "bad_certificate_path", by: events.Server, alert: messages.AlertIllegalParameter, pair: fetching,
			forge: clientSays(func(m *messages.CertificateURL) {
				m.ChainType, m.URLs = messages.ChainIndividualCerts, slices.Repeat(m.URLs, 17)
			}),
		},
		{
			sentence: "a client sends a URL that was not agreed on", refusal: "unexpected_message", by: events.Server, pair: withLegacyClientCert,
			forge: instead(events.Client, messages.TypeCertificate, func(w *forge.Wire, _ []byte) {
				w.Message(&messages.CertificateURL{URLs: []messages.URLAndHash{{URL: []byte("http://example/")}}})
			}),
		},
		{
			sentence: "an answer has another number of certificates", refusal: "bad_answer", by: events.Server,
			pair: func(p *testkit.Pair) {
				fetching(p)
				p.ServerAnswers.Override = func(q events.Question) events.Answer {
					if fetch, ok := q.(*events.FetchCertificates); ok {
						return fetch.Reply(nil)
					}
					return nil
				}
			},
		},
		// covers 6066/5/12
		{
			sentence: "the certificates of a client cannot be had", refusal: "answer_refused", by: events.Server, alert: messages.AlertCertificateUnobtainable,
			pair: func(p *testkit.Pair) {
				fetching(p)
				p.ServerAnswers.Pages = nil
			},
		},
		{
			sentence: "a server answers both requests for a status", refusal: "status_mismatch", by: events.Client, pair: status,
			forge: serverSays(func(m *messages.ServerHello) { forge.Set(&m.Extensions, &messages.StatusRequestAck{}) }),
		},
		{
			sentence: "there are more responses than certificates", refusal: "status_mismatch", by: events.Client, pair: status,
			forge: serverSays(func(m *messages.CertificateStatus12) { m.Responses = append(m.Responses, []byte("a third")) }),
		},
		{
			sentence: "a status for the whole chain comes where one was announced", refusal: "status_mismatch", by: events.Client,
			pair: func(p *testkit.Pair) {
				status(p)
				p.Client.RequestOCSPChain = false
			},
			forge: serverSays(func(m *messages.CertificateStatus12) { m.StatusType = messages.StatusTypeOCSPMulti }),
		},
	}
}
