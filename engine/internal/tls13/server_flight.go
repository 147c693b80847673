package tls13

import (
	"errors"
	"slices"

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
	asked := &s.hello.Message.Extensions
	delegated, err := delegatedSchemes(hs, asked)
	if err != nil {
		return nil, err
	}
	by, err := chooseSigning(answer.Credential, s.hello.Info.Schemes, delegated)
	if err != nil {
		return nil, err
	}
	hs.Credential = answer.Credential
	f, err := sendHello(hs, s.choice, s.key)
	if err != nil {
		return nil, err
	}
	f.by, f.asks = by, hs.Policy.RequestClientCert
	return sendExtensions(hs, f)
}

// sendExtensions sends EncryptedExtensions, in QUIC once the parameters are there
// that go into them.
func sendExtensions(hs *handshake.Context, f flight) (fsm.State, error) {
	if hs.Dialect.Parameters {
		return askServerParameters(hs, f)
	}
	return sendAgreed(hs, f)
}

// sendAgreed sends EncryptedExtensions as they are, and goes on to the certificate,
// or without one.
func sendAgreed(hs *handshake.Context, f flight) (fsm.State, error) {
	if err := hs.Send(f.extensions); err != nil {
		return nil, err
	}
	f.extensions = nil
	if f.by.scheme == 0 {
		return finishFlight(hs, f)
	}
	return sendServerCertificate(hs, f)
}

func sendServerCertificate(hs *handshake.Context, f flight) (fsm.State, error) {
	if f.asks {
		var err error
		if f.requested, err = sendCertificateRequest(hs); err != nil {
			return nil, err
		}
	}
	asked := &f.hello.Message.Extensions
	beside, err := askedByClient(hs, asked)
	if err != nil {
		return nil, err
	}
	m, err := certificateOf(hs, hs.Credential, beside)
	if err != nil {
		return nil, err
	}
	if err := showDelegated(hs, f.by, hs.Credential, m); err != nil {
		return nil, err
	}
	algorithms, err := commonCompression(hs, asked)
	if err != nil {
		return nil, err
	}
	if len(algorithms) > 0 {
		u := uncompressed{algorithms: algorithms, credential: hs.Credential, signing: f.by}
		err := askCompress(hs, &u, m)
		return &awaitServerCompressed{f, u}, err
	}
	if err := hs.Send(m); err != nil {
		return nil, err
	}
	askSign(hs, hs.Credential, f.by, secrets.ServerContext)
	return &awaitServerSignature{f}, nil
}

func takeServerCompressed(hs *handshake.Context, s *awaitServerCompressed, answer *events.CertificateCompressed) (fsm.State, error) {
	if err := sendCompressed(hs, &s.uncompressed, answer); err != nil {
		return nil, err
	}
	askSign(hs, s.credential, s.by, secrets.ServerContext)
	return &awaitServerSignature{s.flight}, nil
}

func takeServerSignature(hs *handshake.Context, s *awaitServerSignature, answer *events.Signature) (fsm.State, error) {
	if err := sendCertificateVerify(hs, s.by.scheme, answer); err != nil {
		return nil, err
	}
	return finishFlight(hs, s.flight)
}

// sendHello sends ServerHello, changes to the keys of the handshake, and makes the
// EncryptedExtensions (RFC 8446, Section 4.1.3 and Section 4.3.1).
func sendHello(hs *handshake.Context, c choice, k *chosenKey) (flight, error) {
	hs.Transcript.Use(c.suite.Hash)
	hs.Transcript.Add(c.hello.Raw)
	share, shared, err := c.respond(hs)
	if err != nil {
		return flight{}, err
	}
	early := secrets.NewEarly(c.suite.Hash, nil)
	if k != nil {
		early = k.early
	}
	extensions := &messages.EncryptedExtensions{}
	f := flight{suite: c.suite, hello: c.hello, schedule: early.Handshake(shared), extensions: extensions}
	clear(shared)
	// What is agreed on in EncryptedExtensions may bound the record of the
	// ServerHello too.
	if err := features.Answer(hs, c.hello, &extensions.Extensions); err != nil {
		return flight{}, err
	}
	if k != nil && k.takesEarly {
		if f.early, err = takeEarlyData(hs, c.suite, &early, &extensions.Extensions); err != nil {
			return flight{}, err
		}
	}
	if err := sendServerHello(hs, c, k, share); err != nil {
		return flight{}, err
	}
	if c.hello.Compatible(hs) && !hs.Connection.Retried {
		hs.SendChangeCipherSpec()
	}
	hs.Suite = c.suite
	hs.Connection.CipherSuite = c.suite.ID
	if !c.pskOnly {
		hs.Connection.Group = c.group.ID()
	}
	hs.Connection.ExtendedMasterSecret = true // RFC 8446, Appendix D.
	sum := hs.Sum()
	f.client, f.server = f.schedule.ClientTraffic(sum), f.schedule.ServerTraffic(sum)
	hs.LogSecret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", &f.client)
	hs.LogSecret("SERVER_HANDSHAKE_TRAFFIC_SECRET", &f.server)
	hs.WriteKeys(events.Handshake, c.suite, &f.server)
	if !hs.Connection.EarlyDataAccepted || !hs.Dialect.Records {
		hs.ReadKeys(events.Handshake, c.suite, &f.client)
	}
	return f, nil
}

// respond answers the client's key share, if there is a key agreement.
func (c *choice) respond(hs *handshake.Context) (share, shared []byte, err error) {
	if c.pskOnly {
		return nil, nil, nil
	}
	share, shared, err = c.group.Respond(hs.Policy.Rand, c.share)
	switch {
	case errors.Is(err, secrets.ErrEntropy):
		return nil, nil, refuse.Entropy.Because(err)
	case err != nil:
		return nil, nil, refuse.BadKeyShare.Because(err)
	}
	return share, shared, nil
}

// takeEarlyData makes the keys of early data, which the hash of the ClientHello alone
// is in (RFC 8446, Section 7.1).
func takeEarlyData(hs *handshake.Context, suite *secrets.Suite, early *secrets.Early, x *messages.Extensions) (secrets.Secret, error) {
	sum := hs.Sum()
	traffic := early.ClientTraffic(sum)
	hs.LogSecret("CLIENT_EARLY_TRAFFIC_SECRET", &traffic)
	hs.Early = &handshake.Early{Hash: suite.Hash, Exporter: early.Exporter(sum)}
	hs.LogSecret("EARLY_EXPORTER_SECRET", &hs.Early.Exporter)
	hs.Connection.EarlyDataAccepted = true
	return traffic, handshake.Put(x, &messages.EarlyDataAck{})
}

func sendServerHello(hs *handshake.Context, c choice, k *chosenKey, share []byte) error {
	m := &messages.ServerHello{
		LegacyVersion: hs.Dialect.LegacyVersion,
		SessionID:     c.hello.Message.SessionID,
		CipherSuite:   c.suite.ID,
	}
	if err := hs.Random(m.Random[:]); err != nil {
		return err
	}
	var bodies []messages.ExtensionBody
	if !c.pskOnly {
		bodies = append(bodies, &messages.KeyShareChoice{Share: messages.KeyShareEntry{Group: c.group.ID(), KeyExchange: share}})
	}
	bodies = append(bodies, &messages.SupportedVersionsChoice{Version: hs.Connection.Version})
	if k != nil {
		bodies = append(bodies, &messages.PreSharedKeyChoice{Selected: uint16(k.index)})
	}
	if hs.Policy.CertificateWithPSK {
		bodies = append(bodies, &messages.CertWithExternPSK{})
	}
	for _, body := range bodies {
		if err := handshake.Put(&m.Extensions, body); err != nil {
			return err
		}
	}
	return hs.Send(m)
}

// sendCertificateRequest asks for the client's certificate, and gives the types of
// what may be beside one in the answer.
func sendCertificateRequest(hs *handshake.Context) ([]messages.ExtensionType, error) {
	m, err := certificateRequest(hs)
	if err != nil {
		return nil, err
	}
	// A certificate that is shown after the handshake comes as it is.
	if algorithms := hs.Policy.CertificateCompression; len(algorithms) > 0 {
		if err := handshake.Put(&m.Extensions, &messages.CompressCertificate{Algorithms: algorithms}); err != nil {
			return nil, err
		}
	}
	return handshake.Types(&m.Extensions), hs.Send(m)
}

// certificateRequest says what is accepted (RFC 8446, Section 4.3.2).
func certificateRequest(hs *handshake.Context) (*messages.CertificateRequest13, error) {
	m := &messages.CertificateRequest13{}
	schemes := hs.Policy.Offered
	if hs.Policy.GREASE {
		// RFC 8701, Section 4.1.
		values, err := handshake.Reserved(hs, 2)
		if err != nil {
			return nil, err
		}
		schemes = slices.Insert(slices.Clone(schemes), 0, messages.SignatureScheme(values[0]))
		handshake.PutReserved(&m.Extensions, values[1])
	}
	bodies := []messages.ExtensionBody{
		&messages.SignatureAlgorithms{Schemes: schemes},
	}
	if hs.Policy.SeparateSchemesCert() {
		bodies = append(bodies, &messages.SignatureAlgorithmsCert{Schemes: hs.Policy.SchemesCert})
	}
	if schemes := hs.Policy.DelegatedSchemes; len(schemes) > 0 {
		bodies = append(bodies, &messages.DelegatedCredentialOffer{Schemes: schemes})
	}
	if len(hs.Policy.Authorities) > 0 {
		bodies = append(bodies, &messages.CertificateAuthorities{Authorities: hs.Policy.Authorities})
	}
	if hs.Connection.PeerCertificateType == messages.CertificateX509 {
		// A raw public key has no extensions, and nothing is stapled to it.
		bodies = append(bodies, wishes(hs.Policy)...)
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
	s := sent{client: f.client, main: schedule.Main(), requested: f.requested}
	sum := hs.Sum()
	s.connected = connected{suite: f.suite, read: s.main.ClientTraffic(sum), write: s.main.ServerTraffic(sum)}
	hs.Exporter = s.main.Exporter(sum)
	hs.LogSecret("CLIENT_TRAFFIC_SECRET_0", &s.read)
	hs.LogSecret("SERVER_TRAFFIC_SECRET_0", &s.write)
	hs.LogSecret("EXPORTER_SECRET", &hs.Exporter)
	hs.WriteKeys(events.Application, f.suite, &s.write)
	if hs.Connection.EarlyDataAccepted {
		// It can be answered from now on.
		hs.ReadKeys(events.EarlyData, f.suite, &f.early)
	}
	switch {
	case hs.Connection.EarlyDataAccepted && hs.Dialect.Records:
		// The keys of the handshake follow behind the end of it; in QUIC they are in use
		// beside these (RFC 9001, Section 8.3).
		return &waitEndOfEarlyData{s}, nil
	case f.asks:
		return &waitClientCertificate{s}, nil
	}
	return &waitClientFinished{s}, nil
}
