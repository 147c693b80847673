package engine_test

import (
	"fmt"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// factsOf are the facts of a connection in words that both ends use alike.
func factsOf(c *events.Connection) string {
	of := [2][]byte{shownBy(c.LocalChain, c.LocalRawKey), shownBy(c.PeerChain, c.PeerRawKey)}
	by := [2]messages.SignatureScheme{c.LocalScheme, c.PeerScheme}
	kinds := [2]messages.CertificateType{c.LocalCertificateType, c.PeerCertificateType}
	compressed := [2]messages.CompressionAlgorithm{c.LocalCompression, c.PeerCompression}
	if c.Role == events.Server {
		of[0], of[1], by[0], by[1] = of[1], of[0], by[1], by[0]
		kinds[0], kinds[1], compressed[0], compressed[1] = kinds[1], kinds[0], compressed[1], compressed[0]
	}
	if c.Resumed {
		of = [2][]byte{} // an end does not remember its own
	}
	facts := fmt.Sprintf("%v %v %v resumed %t retried %t ALPN %q name %q schemes %v shown %x PSK %q extended %t encrypt then MAC %t secure %t again %t",
		c.Version, c.CipherSuite, c.Group, c.Resumed, c.Retried, c.ALPN, c.ServerName, by, of, c.PSKIdentity,
		c.ExtendedMasterSecret, c.EncryptThenMAC, c.SecureRenegotiation, c.Renegotiated)
	return facts + fmt.Sprintf(" kinds %v compressed %v SRTP %v %x tickets %t %d early data %t",
		kinds, compressed, c.SRTPProfile, c.SRTPMKI, c.TicketsAgreed, c.TicketsExpected, c.EarlyDataAccepted)
}

// shownBy is what an end has shown: the end-entity certificate of a chain, or a raw
// key.
func shownBy(chain [][]byte, raw []byte) []byte {
	if raw != nil {
		return raw
	}
	return leaf(chain)
}

// leaf is the end-entity certificate of a chain.
func leaf(chain [][]byte) []byte {
	if len(chain) == 0 {
		return nil
	}
	return chain[0]
}
