package engine_test

import (
	"path/filepath"

	"github.com/tacitls/tacitls/engine"
)

func sessionFeatures() []feature13 {
	alone := func(i *interop) {
		withoutAgreement(i)
		if i.priority += ":+PSK"; i.program() == gnutlsCli {
			i.arguments = append(i.arguments, "--pskusername", "nobody", "--pskkey", "00") // or it asks for them
		}
	}
	return []feature13{
		{name: "resumption by each of several tickets", shown: []accord{
			{name: "resumed by several tickets", suite: in13, whole: resumeByAll},
		}},
		{name: "resumption, psk_ke", shown: []accord{
			{name: "resumed without an agreement", suite: in13, config: alone, whole: resumeByAll},
		}},
	}
}

// resumeByAll resumes from every session of a connection, or from the one that the
// program keeps of all.
func resumeByAll(i *interop) {
	i.pair.Server.Tickets = 3
	session := filepath.Join(i.t.TempDir(), "session")
	switch i.program() {
	case gnutlsCli:
		i.isResumed(i.resumeByGnuTLS(in13))
	case sClient:
		first, p := i.exchange(0, "-sess_out", session)
		p.wait(`(?s)(New Session Ticket arrived.*){3}`)
		<-p.done // it has written the file
		again, _ := i.exchange(1, "-sess_in", session)
		i.isResumed(first, again)
	default:
		if i.program() == sServer {
			i.arguments = append(i.arguments, "-num_tickets", "3")
		}
		first, p := i.exchange(0)
		if len(first.sessions) < 2 {
			i.t.Fatalf("%s gives %d tickets:\n%s", i.program(), len(first.sessions), p.output.tail())
		}
		for at, session := range first.sessions {
			i.pair.Client.Session = session
			again, _ := i.exchange(1 + at)
			i.isResumed(first, again)
		}
	}
}

// isResumed checks that a connection is resumed from another, in the mode that
// tacitls has.
func (i *interop) isResumed(first, again *endpoint) {
	i.t.Helper()
	agreement := i.common().PSKModes != engine.PSKWithoutAgreement
	if c := again.engine.Connection(); first.engine.Connection().Resumed || !c.Resumed || (c.Group != 0) != agreement {
		i.t.Errorf("with %s: resumed %t, %v", i.program(), c.Resumed, c.Group)
	}
}
