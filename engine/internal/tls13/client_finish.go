package tls13

import (
	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// readServerFinished makes the keys of application data, and goes on to the client's
// own flight.
func readServerFinished(hs *handshake.Context, s *waitServerFinished, m *messages.Finished) (fsm.State, error) {
	if err := verifyFinished(hs, s.suite, &s.server, m); err != nil {
		return nil, err
	}
	schedule := s.schedule
	f := finishing{client: s.client, main: schedule.Main()}
	sum := hs.Sum()
	if hs.Authenticated.IsZero() {
		// By a certificate just now, or by an external key.
		hs.Authenticated = hs.Now
	}
	f.connected = connected{
		suite: s.suite,
		read:  f.main.ServerTraffic(sum),
		write: f.main.ClientTraffic(sum),
	}
	hs.Exporter = f.main.Exporter(sum)
	hs.LogSecret("CLIENT_TRAFFIC_SECRET_0", &f.write)
	hs.LogSecret("SERVER_TRAFFIC_SECRET_0", &f.read)
	hs.LogSecret("EXPORTER_SECRET", &hs.Exporter)
	hs.Align()
	if s.early && hs.Dialect.Records {
		if err := endEarlyData(hs, s); err != nil {
			return nil, err
		}
	}
	if s.request == nil {
		return finishClient(hs, f)
	}
	askClientCredential(hs, s.request)
	return &awaitClientCredential{f, s.request}, nil
}

// endEarlyData says that no more of it comes, under its keys, and changes to those
// of the handshake (RFC 8446, Section 4.5).
func endEarlyData(hs *handshake.Context, s *waitServerFinished) error {
	if err := hs.Send(&messages.EndOfEarlyData{}); err != nil {
		return err
	}
	hs.WriteKeys(events.Handshake, s.suite, &s.client)
	return nil
}

func askClientCredential(hs *handshake.Context, r *request) {
	hs.Ask(func(id events.Asked) events.Question {
		return &events.ChooseCredential{
			Asked: id, Role: hs.Role, Version: hs.Connection.Version, ServerName: hs.Policy.PeerName,
			Schemes: handshake.Signing(r.schemes), SchemesCert: r.schemesCert, Authorities: r.authorities,
			OIDFilters: r.filters, CertificateTypes: handshake.OwnType(hs), DelegatedSchemes: r.delegated,
		}
	})
}

// takeClientCredential sends the chain chosen. Without a credential the chain
// is empty, and the server decides (RFC 8446, Section 4.4.2.3).
func takeClientCredential(hs *handshake.Context, s *awaitClientCredential, answer *events.CredentialChosen) (fsm.State, error) {
	if answer.Credential == nil {
		if err := hs.Send(&messages.Certificate13{}); err != nil {
			return nil, err
		}
		return finishClient(hs, s.finishing)
	}
	if err := handshake.CheckCredential(answer.Credential); err != nil {
		return nil, err
	}
	if err := handshake.CheckType(hs, answer.Credential); err != nil {
		return nil, err
	}
	by, err := chooseSigning(answer.Credential, s.request.schemes, s.request.delegated)
	if err != nil {
		return nil, err
	}
	m, err := certificateOf(hs, answer.Credential, s.request.stapling)
	if err != nil {
		return nil, err
	}
	if err := showDelegated(hs, by, answer.Credential, m); err != nil {
		return nil, err
	}
	if len(s.request.compression) > 0 {
		u := uncompressed{algorithms: s.request.compression, credential: answer.Credential, signing: by}
		err := askCompress(hs, &u, m)
		return &awaitClientCompressed{s.finishing, u}, err
	}
	if err := hs.Send(m); err != nil {
		return nil, err
	}
	askSign(hs, answer.Credential, by, secrets.ClientContext)
	return &awaitClientSignature{s.finishing, by.scheme}, nil
}

func takeClientCompressed(hs *handshake.Context, s *awaitClientCompressed, answer *events.CertificateCompressed) (fsm.State, error) {
	if err := sendCompressed(hs, &s.uncompressed, answer); err != nil {
		return nil, err
	}
	askSign(hs, s.credential, s.signing, secrets.ClientContext)
	return &awaitClientSignature{s.finishing, s.scheme}, nil
}

func takeClientSignature(hs *handshake.Context, s *awaitClientSignature, answer *events.Signature) (fsm.State, error) {
	if err := sendCertificateVerify(hs, s.scheme, answer); err != nil {
		return nil, err
	}
	return finishClient(hs, s.finishing)
}

// finishClient sends the client's Finished and changes to the keys of
// application data.
func finishClient(hs *handshake.Context, f finishing) (fsm.State, error) {
	if err := sendFinished(hs, f.suite, &f.client); err != nil {
		return nil, err
	}
	f.resumption = f.main.Resumption(hs.Sum())
	if hs.Policy.PostHandshakeAuth && !underKeyAlone(hs) {
		hs.Later = &handshake.Later{Transcript: hs.Transcript.Clone()}
	}
	hs.WriteKeys(events.Application, f.suite, &f.write)
	hs.ReadKeys(events.Application, f.suite, &f.read)
	hs.Tell(&events.HandshakeCompleted{Connection: hs.Connection})
	return &clientConnected{f.connected}, nil
}
