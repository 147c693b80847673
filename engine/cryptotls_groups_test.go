package engine_test

import (
	"crypto/tls"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// chosenHybrids are groups of both implementations that are in no list by default
// of this one.
var chosenHybrids = []messages.Group{messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024}

func TestEveryHybridOfANISTCurveAgreesWithCryptoTLS(t *testing.T) {
	for _, group := range chosenHybrids {
		t.Run(group.String(), func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				s.common().Groups = []messages.Group{group}
				s.config.CurvePreferences = []tls.CurveID{tls.CurveID(group)}
				end, state := s.exchange()
				if got := end.engine.Connection(); got.Group != group || got.Retried || state.CurveID != tls.CurveID(group) {
					s.t.Errorf("both ends use the one group there is, at once: %v, %v and %v", got.Group, got.Retried, state.CurveID)
				}
			})
		})
	}
}

func TestARetryForAHybridOfANISTCurveAgreesWithCryptoTLS(t *testing.T) {
	for _, group := range chosenHybrids {
		t.Run(group.String(), func(t *testing.T) {
			inBothRoles(t, func(s *standard) {
				// A client of crypto/tls has shares of the first hybrid and of the first
				// curve it is told of, so that a server can only ask for another.
				s.config.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveID(group)}
				s.common().Groups = []messages.Group{group}
				if s.role == events.Client {
					s.config.CurvePreferences = []tls.CurveID{tls.CurveID(group)}
					s.common().Groups = []messages.Group{messages.X25519, group}
				}
				end, state := s.exchange()
				if got := end.engine.Connection(); got.Group != group || !got.Retried || !state.HelloRetryRequest {
					s.t.Errorf("%v is agreed on after a retry: tacitls %v, %v, crypto/tls %v",
						group, got.Group, got.Retried, state.HelloRetryRequest)
				}
			})
		})
	}
}
