package engine_test

import (
	"crypto/tls"
	"fmt"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
)

func TestEverySuiteAndGroupAgreesWithCryptoTLSOverQUIC(t *testing.T) {
	groups := []messages.Group{
		messages.X25519MLKEM768, messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024,
		messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1,
	}
	for _, suite := range quicSuites {
		for _, group := range groups {
			t.Run(fmt.Sprint(suite, " ", group), func(t *testing.T) {
				inBothRolesOverQUIC(t, func(s *standardQUIC) {
					s.common().CipherSuites = []messages.CipherSuite{suite}
					s.common().Groups = []messages.Group{group}
					s.config.CurvePreferences = []tls.CurveID{tls.CurveID(group)}
					s.connect()
				})
			})
		}
	}
}

func TestARetryGoesWithCryptoTLSOverQUIC(t *testing.T) {
	inBothRolesOverQUIC(t, func(s *standardQUIC) {
		s.pair.Client.KeyShares = []messages.Group{}
		s.pair.Server.Groups = []messages.Group{messages.Secp384r1}
		s.config.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
		ours, _ := s.connect()
		if !ours.engine.Connection().Retried {
			s.t.Error("there was no retry")
		}
	})
}

func TestClientsAuthenticateWithCryptoTLSOverQUIC(t *testing.T) {
	inBothRolesOverQUIC(t, func(s *standardQUIC) {
		s.pair.ClientAnswers.Identity = testkit.Client(testkit.P256)
		s.pair.Server.ClientAuth = engine.RequireClientCert
		s.config.ClientAuth = tls.RequireAndVerifyClientCert
		if s.role == events.Server {
			s.config.Certificates = []tls.Certificate{certificate(testkit.Client(testkit.P256))}
		}
		ours, theirs := s.connect()
		if s.role == events.Server && len(ours.engine.Connection().PeerChain) == 0 ||
			s.role == events.Client && len(theirs.conn.ConnectionState().PeerCertificates) == 0 {
			s.t.Error("the client has shown nothing")
		}
	})
}

func TestSessionsAndEarlyDataGoWithCryptoTLSOverQUIC(t *testing.T) {
	for _, taken := range []bool{true, false} {
		t.Run(fmt.Sprint("taken ", taken), func(t *testing.T) {
			inBothRolesOverQUIC(t, func(s *standardQUIC) {
				s.early, s.pair.Server.MaxEarlyData, s.pair.Client.EarlyData = true, 1, true
				s.config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
				ours, _ := s.connect()
				if s.role == events.Client {
					if len(ours.sessions) == 0 || ours.sessions[0].MaxEarlyData != 1<<32-1 || string(ours.sessions[0].PeerParameters) != "parameters of the server" {
						s.t.Fatalf("the sessions are %v", ours.sessions)
					}
					s.pair.Client.Session = ours.sessions[0]
				}
				s.pair.ServerAnswers.RejectEarly = !taken
				if s.role == events.Client && !taken {
					s.config.GetConfigForClient = nil
					s.config.UnwrapSession = func(identity []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
						session, err := s.config.DecryptTicket(identity, cs)
						if session != nil {
							session.EarlyData = false
						}
						return session, err
					}
				}
				ours, theirs := s.connect()
				if !ours.engine.Connection().Resumed {
					s.t.Error("nothing is resumed")
				}
				if got := ours.engine.Connection().EarlyDataAccepted; got != taken {
					s.t.Errorf("early data taken: %t", got)
				}
				client := quicEnd(ours)
				if s.role == events.Server {
					client = theirs
				}
				if got := client.record().rejected; got == taken {
					s.t.Errorf("early data rejected: %t", got)
				}
			})
		})
	}
}
