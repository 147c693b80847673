package tls13

import (
	"errors"

	"github.com/tacitls/tacitls/engine/internal/features"
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// takeServerCredential sends the flight up to the certificate, so that it is
// under way while the signature is made.
func takeServerCredential(hs *handshake.Context, s *awaitServerCredential, answer *events.CredentialChosen) (fsm.State, error) {
	if answer.Credential == nil {
		return nil, refuse.NoCredential
	}
	if err := handshake.CheckCredential(answer.Credential); err != nil {
		return nil, err
	}
	scheme, err := chooseScheme(answer.Credential, s.hello.Info.Schemes)
	if err != nil {
		return nil, err
	}
	hs.Credential = answer.Credential
	f, err := sendHello(hs, s.choice, nil)
	if err != nil {
		return nil, err
	}
	if hs.Policy.RequestClientCert {
		if err := sendCertificateRequest(hs); err != nil {
			return nil, err
		}
	}
	if err := sendCertificate(hs, answer.Credential, &s.hello.Message.Extensions); err != nil {
		return nil, err
	}
	askSign(hs, answer.Credential, scheme, secrets.ServerContext)
	return &awaitServerSignature{f, scheme}, nil
}

func takeServerSignature(hs *handshake.Context, s *awaitServerSignature, answer *events.Signature) (fsm.State, error) {
	if err := sendCertificateVerify(hs, s.scheme, answer); err != nil {
		return nil, err
	}
	return finishFlight(hs, s.flight)
}

// sendHello sends ServerHello and EncryptedExtensions, and changes to the keys
// of the handshake between them (RFC 8446, Section 4.1.3 and Section 4.3.1).
func sendHello(hs *handshake.Context, c choice, r *resumption) (flight, error) {
	hs.Transcript.Add(c.hello.Raw)
	share, shared, err := c.group.Respond(hs.Policy.Rand, c.share)
	if errors.Is(err, secrets.ErrEntropy) {
		return flight{}, refuse.Entropy.Because(err)
	}
	if err != nil {
		return flight{}, refuse.BadKeyShare.Because(err)
	}
	early := secrets.NewEarly(c.suite.Hash, nil)
	var session *events.Session
	if r != nil {
		early, session = r.early, r.session
	}
	f := flight{suite: c.suite, hello: c.hello, schedule: early.Handshake(shared), session: session}
	clear(shared)
	// What is agreed on in EncryptedExtensions may bound the record of the
	// ServerHello too.
	extensions := &messages.EncryptedExtensions{}
	if err := features.Answer(hs, c.hello, &extensions.Extensions); err != nil {
		return flight{}, err
	}
	if err := sendServerHello(hs, c, r, share); err != nil {
		return flight{}, err
	}
	if c.hello.Compatible(hs) && !hs.Connection.Retried {
		hs.SendChangeCipherSpec()
	}
	hs.Suite = c.suite
	hs.Connection.CipherSuite, hs.Connection.Group = c.suite.ID, c.group.ID()
	hs.Connection.ExtendedMasterSecret = true // RFC 8446, Appendix D.
	sum := hs.Sum()
	f.client, f.server = f.schedule.ClientTraffic(sum), f.schedule.ServerTraffic(sum)
	hs.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", &f.client)
	hs.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", &f.server)
	hs.ReadKeys(events.Handshake, c.suite, &f.client)
	hs.WriteKeys(events.Handshake, c.suite, &f.server)
	return f, hs.Send(extensions)
}

func sendServerHello(hs *handshake.Context, c choice, r *resumption, share []byte) error {
	m := &messages.ServerHello{
		LegacyVersion: hs.Dialect.LegacyVersion,
		SessionID:     c.hello.Message.SessionID,
		CipherSuite:   c.suite.ID,
	}
	if err := hs.Random(m.Random[:]); err != nil {
		return err
	}
	bodies := []messages.ExtensionBody{
		&messages.KeyShareChoice{Share: messages.KeyShareEntry{Group: c.group.ID(), KeyExchange: share}},
		&messages.SupportedVersionsChoice{Version: hs.Connection.Version},
	}
	if r != nil {
		bodies = append(bodies, &messages.PreSharedKeyChoice{Selected: uint16(r.index)})
	}
	for _, body := range bodies {
		if err := handshake.Put(&m.Extensions, body); err != nil {
			return err
		}
	}
	return hs.Send(m)
}

func sendCertificateRequest(hs *handshake.Context) error {
	m, err := certificateRequest(hs)
	if err != nil {
		return err
	}
	return hs.Send(m)
}

// certificateRequest says what is accepted (RFC 8446, Section 4.3.2).
func certificateRequest(hs *handshake.Context) (*messages.CertificateRequest13, error) {
	m := &messages.CertificateRequest13{}
	bodies := []messages.ExtensionBody{
		&messages.SignatureAlgorithms{Schemes: hs.Policy.Offered},
	}
	if hs.Policy.SeparateSchemesCert() {
		bodies = append(bodies, &messages.SignatureAlgorithmsCert{Schemes: hs.Policy.SchemesCert})
	}
	if len(hs.Policy.Authorities) > 0 {
		bodies = append(bodies, &messages.CertificateAuthorities{Authorities: hs.Policy.Authorities})
	}
	for _, body := range bodies {
		if err := handshake.Put(&m.Extensions, body); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// finishFlight sends the server's Finished and changes to the keys of
// application data for writing.
func finishFlight(hs *handshake.Context, f flight) (fsm.State, error) {
	if err := sendFinished(hs, f.suite, &f.server); err != nil {
		return nil, err
	}
	schedule := f.schedule
	s := sent{client: f.client, main: schedule.Main()}
	sum := hs.Sum()
	s.connected = connected{suite: f.suite, read: s.main.ClientTraffic(sum), write: s.main.ServerTraffic(sum)}
	hs.Exporter = s.main.Exporter(sum)
	hs.LogSecret("CLIENT_TRAFFIC_SECRET_0", &s.read)
	hs.LogSecret("SERVER_TRAFFIC_SECRET_0", &s.write)
	hs.LogSecret("EXPORTER_SECRET", &hs.Exporter)
	hs.WriteKeys(events.Application, f.suite, &s.write)
	if hs.Policy.RequestClientCert && f.session == nil {
		return &waitClientCertificate{s}, nil
	}
	return &waitClientFinished{s}, nil
}
