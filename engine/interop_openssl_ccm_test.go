package engine_test

import (
	"bytes"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// ccmSuites are the suites of TLS 1.3 that openssl has and only takes on request.
var ccmSuites = []messages.CipherSuite{messages.TLS_AES_128_CCM_SHA256, messages.TLS_AES_128_CCM_8_SHA256}

// onlyCCM is what openssl must be told: newer ones put tags of 8 bytes at security
// level 0.
func onlyCCM(list string) []string {
	return []string{"-ciphersuites", list, "-cipher", "DEFAULT:@SECLEVEL=0"}
}

func TestEverySuiteOfCCMAgreesWithOpenSSL(t *testing.T) {
	for _, suite := range ccmSuites {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = onlyCCM(suite.String())
				i.common().CipherSuites = ccmSuites
				end, _ := i.exchange(1)
				if got := end.engine.Connection().CipherSuite; got != suite {
					i.t.Errorf("the suite is the one that openssl has: %v", got)
				}
			})
		})
	}
}

func TestTheOneSuiteOfCCMThatTacitlsHasAgreesWithOpenSSL(t *testing.T) {
	for _, suite := range ccmSuites {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = onlyCCM("TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256")
				i.common().CipherSuites = []messages.CipherSuite{suite}
				end, _ := i.exchange(1)
				if got := end.engine.Connection().CipherSuite; got != suite {
					i.t.Errorf("the suite is the one that tacitls has: %v", got)
				}
			})
		})
	}
}

func TestManyRecordsUnderASuiteOfCCMReachOpenSSLAcrossAKeyUpdate(t *testing.T) {
	for _, suite := range ccmSuites {
		t.Run(suite.String(), func(t *testing.T) {
			withOpenSSL(t, func(i *interop) {
				i.arguments = onlyCCM(suite.String())
				i.common().CipherSuites = []messages.CipherSuite{suite}
				i.common().UpdateAfter = 4
				end, openssl := i.connect()
				i.must(end.handshake(), openssl)
				lines := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyz\n"), 4000)
				i.must(end.write(lines), openssl)
				i.peer.ping(i, end, openssl, 1)
				generations := 0
				for _, change := range end.changes {
					if change.Direction == events.Write && change.Generation > 0 {
						generations++
					}
				}
				if generations == 0 {
					i.t.Error("no key is updated")
				}
				i.must(end.close(), openssl)
				_ = end.conn.Close()
			})
		})
	}
}
