package engine_test

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// authenticateLater has the server ask for the client's certificate after the
// handshake. It returns false where the connection ends by it.
func (m *meeting) authenticateLater() bool {
	was := m.server()
	m.later = nil
	var context []byte
	err := m.pipe.Do(events.Server, func(e *engine.Engine, out *events.Output, now time.Time) (err error) {
		context, err = e.RequestClientCertificate(out, now)
		return err
	})
	external := was.PSKIdentity != nil // of this connection, or of the one that it resumes
	kind := m.began[events.Client].LocalCertificateType
	if was.Resumed {
		kind = messages.CertificateX509 // nothing is agreed on
	}
	if may := m.drawn.client.PostHandshakeAuth && !external && slices.Contains(m.drawn.server.PeerTypes, kind); !may {
		if !errors.Is(err, engine.ErrMisuse) {
			m.Fatalf("a client that cannot answer is asked: %v", err)
		}
		return true
	}
	if err != nil {
		m.Fatalf("the server cannot ask: %v", err)
	}
	_ = m.pipe.Run()
	id := m.clientShows(kind)
	if id != nil && len(mutual(id, messages.TLS13, m.drawn.server)) == 0 {
		m.refusedLater("no_mutual_scheme")
		return false
	}
	if m.pipe.Client.Err != nil || m.pipe.Server.Err != nil || len(m.later) != 1 {
		m.Fatalf("the client does not answer: %v, %v", m.pipe.Client.Err, m.pipe.Server.Err)
	}
	fact, client, server := m.later[0], m.client(), m.server()
	if !bytes.Equal(fact.Context, context) || fact.Declined != (id == nil) {
		m.Fatalf("the answer is %v", fact)
	}
	if id == nil {
		if factsOf(&server) != factsOf(&was) {
			m.Fatalf("a client that declines changes\n%+v\nto\n%+v", was, server)
		}
		m.d.saw("later declined")
		return true
	}
	if !bytes.Equal(shownBy(server.PeerChain, server.PeerRawKey), shownBy(client.LocalChain, client.LocalRawKey)) ||
		server.PeerScheme != client.LocalScheme || server.PeerScheme == 0 {
		m.Fatalf("the client shows %x, and the server sees %x", client.LocalChain, server.PeerChain)
	}
	if want := m.show(id, kind); !bytes.Equal(shownBy(server.PeerChain, server.PeerRawKey), want) {
		m.Fatalf("the client shows %x", server.PeerChain)
	}
	m.d.saw("later certificate")
	if server.PeerRawKey != nil {
		m.d.saw("later raw key")
	}
	if server.Resumed {
		m.d.saw("later resumed")
	}
	return true
}

// refusedLater checks that the client has refused to authenticate after the
// handshake, and that the server was told.
func (m *meeting) refusedLater(name string) {
	var ours, theirs *engine.Error
	if !errors.As(m.pipe.Client.Err, &ours) || !errors.As(m.pipe.Server.Err, &theirs) ||
		ours.Refusal.Name != name || !theirs.Received || theirs.Alert != ours.Alert || ours.Alert != m.alertOf(name) {
		m.Fatalf("the client ought to refuse: %v, %v", m.pipe.Client.Err, m.pipe.Server.Err)
	}
	m.d.saw("later refused")
}
