package engine_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// command carries one line of a script out. The error goes into the output.
func (s *script) command(line string) error {
	words := strings.Fields(line)
	verb, rest := words[0], words[1:]
	switch verb {
	case "client", "server":
		return s.configure(verb == "client", rest)
	case "reconnect":
		s.prepare()
		if s.session != nil {
			session := *s.session
			s.pair.Client.Session = &session
		}
		return nil
	case "quic":
		s.quic = true
		return nil
	case "another":
		// The server's place is taken by one that has heard nothing.
		server, err := engine.NewServer(&s.pair.Server)
		if s.quic {
			server, err = engine.NewQUICServer(&s.pair.Server)
		}
		s.connect().Server.Engine = server
		return err
	case "forget":
		clear(s.kept.Sessions)
		return nil
	case "after":
		d, err := time.ParseDuration(rest[0])
		s.now = s.now.Add(d)
		if s.pipe != nil {
			s.pipe.Now = s.now
		}
		return err
	case "hold":
		for _, kind := range rest {
			s.held[kind] = true
		}
		return nil
	case "start":
		return s.connect().Do(events.Client, (*engine.Engine).Start)
	case "run":
		p := s.connect()
		if p.Client.Engine.State() == "ClientStart" {
			if err := p.Do(events.Client, (*engine.Engine).Start); err != nil {
				return err
			}
		}
		_ = p.Run() // the error is in Failed
		return nil
	case "split":
		n, err := strconv.Atoi(rest[0])
		s.connect().Split = func(events.Role, []byte) int { return n }
		return err
	}
	return s.talk(verb, rest)
}

// talk carries out the commands that name an end first.
func (s *script) talk(verb string, rest []string) error {
	p := s.connect()
	role, end := events.Client, &p.Client
	if len(rest) == 0 {
		return fmt.Errorf("%s: which end?", verb)
	}
	if rest[0] == "server" {
		role, end = events.Server, &p.Server
	}
	rest = rest[1:]
	switch verb {
	case "deliver":
		p.Step(role)
		return nil
	case "drop":
		end.Inbox = nil
		return nil
	case "corrupt":
		at, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		end.Inbox[at] ^= 1
		return nil
	case "write":
		return p.Write(role, []byte(strings.Join(rest, " ")))
	case "write-early":
		return p.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
			n, err := e.WriteEarlyData(out, now, []byte(strings.Join(rest, " ")))
			fmt.Fprintf(&s.log, "%v takes %d bytes of early data\n", role, n)
			return err
		})
	case "export-early":
		material, err := end.Engine.ExportEarly("EXPERIMENTAL", nil, 8)
		fmt.Fprintf(&s.log, "%v exports %x early\n", role, material)
		return err
	case "write-zeros":
		n, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		return p.Write(role, make([]byte, n))
	case "update-keys":
		request := messages.UpdateNotRequested
		if len(rest) > 0 && rest[0] == "request" {
			request = messages.UpdateRequested
		}
		return p.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.UpdateKeys(out, now, request)
		})
	case "issue-ticket":
		return p.Do(role, (*engine.Engine).IssueTicket)
	case "request-certificate":
		return p.Do(role, requestCertificate)
	case "close":
		return p.Do(role, (*engine.Engine).CloseWrite)
	case "eof":
		_ = p.Do(role, (*engine.Engine).ReceiveEOF) // the error is in Failed
		return nil
	case "abort":
		_ = p.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Abort(out, now, messages.AlertUserCanceled)
		})
		return nil
	case "answer":
		answers, ok := end.Answers.(*testkit.Answers)
		if !ok || end.Open == nil {
			return fmt.Errorf("no question is open")
		}
		return p.Answer(role, answers.Now(end.Open))
	case "confirm":
		return p.Do(role, (*engine.Engine).ConfirmHandshake)
	case "renegotiate":
		return p.Do(role, (*engine.Engine).Renegotiate)
	case "inject":
		// A message that the peer's engine would not send here.
		raw, err := s.message(rest[0])
		if err != nil {
			return err
		}
		_ = p.Do(role, func(e *engine.Engine, out *events.Output, now time.Time) error {
			return e.Inject(out, now, raw)
		})
		return nil
	case "unique":
		binding, err := end.Engine.TLSUnique()
		fmt.Fprintf(&s.log, "%v has tls-unique %x\n", role, binding)
		return err
	case "binding":
		binding, err := end.Engine.TLSExporter()
		fmt.Fprintf(&s.log, "%v has tls-exporter %x\n", role, binding)
		return err
	case "received":
		fmt.Fprintf(&s.log, "%v has received %q\n", role, end.Received)
		return nil
	case "export":
		material, err := end.Engine.Export("EXPERIMENTAL", nil, 8)
		fmt.Fprintf(&s.log, "%v exports %x\n", role, material)
		return err
	}
	return fmt.Errorf("no command %s", verb)
}

// message is one that a script can inject.
func (s *script) message(name string) ([]byte, error) {
	switch name {
	case "hello_request":
		return []byte{byte(messages.TypeHelloRequest), 0, 0, 0}, nil
	case "client_hello":
		return slices.Clone(s.hello), nil
	}
	return nil, fmt.Errorf("no message %s", name)
}

// configure sets options of an end, each a word or a pair.
func (s *script) configure(client bool, options []string) error {
	common, answers := &s.pair.Server.Common, s.pair.ServerAnswers
	identity := testkit.Server
	if client {
		common, answers = &s.pair.Client.Common, s.pair.ClientAnswers
		identity = testkit.Client
	}
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		var err error
		switch name {
		case "alpn":
			common.ALPN = strings.Split(value, ",")
		case "groups":
			common.Groups, err = parseAll(value, messages.ParseGroup)
		case "suites":
			common.CipherSuites, err = parseAll(value, messages.ParseCipherSuite)
		case "schemes":
			common.Schemes, err = parseAll(value, messages.ParseSignatureScheme)
		case "cert":
			answers.Identity = identity(value)
		case "record-size":
			common.RecordSize, err = strconv.Atoi(value)
		case "record-size-limit":
			common.RecordSizeLimit, err = strconv.Atoi(value)
		case "max-fragment-length":
			s.pair.Client.MaxFragmentLength, err = strconv.Atoi(value)
		case "update-after":
			common.UpdateAfter, err = strconv.ParseUint(value, 10, 64)
		case "pad-to":
			var multiple int
			multiple, err = strconv.Atoi(value)
			common.Padding = func(_ uint8, length, _ int) int { return (multiple - length%multiple) % multiple }
		case "compatibility":
			common.NoCompatibility = value == "no"
		case "grease":
			common.GREASE = true
		case "pad-hello":
			s.pair.Client.PadHello = true
		case "shuffle":
			s.pair.Client.ShuffleExtensions = true
		case "ticket-request":
			request := &engine.TicketRequest{}
			_, err = fmt.Sscanf(value, "%d,%d", &request.NewSession, &request.Resumption)
			s.pair.Client.TicketRequest = request
		case "max-tickets":
			s.pair.Server.MaxTickets, err = strconv.Atoi(value)
		case "srtp":
			common.SRTPProfiles, err = parseAll(value, messages.ParseSRTPProfile)
		case "mki":
			if client {
				s.pair.Client.SRTPMKI = []byte(value)
			} else {
				s.pair.Server.SRTPTakesMKI = value == "yes"
			}
		case "compression":
			common.CertificateCompression, err = parseAll(value, messages.ParseCompressionAlgorithm)
		case "trace":
			common.Trace = true
		case "key-log":
			common.KeyLog = true
		case "key-shares":
			s.pair.Client.KeyShares, err = parseAll(value, messages.ParseGroup)
		case "name":
			s.pair.Client.ServerName = value
		case "reverify":
			s.pair.Client.ReverifyOnResume = s.pair.Client.ReverifyOnResume || client
			s.pair.Server.ReverifyOnResume = s.pair.Server.ReverifyOnResume || !client
		case "client-auth":
			s.pair.Server.ClientAuth = map[string]engine.ClientAuth{
				"request": engine.RequestClientCert, "require": engine.RequireClientCert,
			}[value]
		case "tickets":
			s.pair.Server.Tickets, err = strconv.Atoi(value)
		case "lifetime":
			var seconds uint64
			seconds, err = strconv.ParseUint(value, 10, 32)
			s.pair.Server.TicketLifetime = uint32(seconds)
		case "no-tickets":
			s.pair.Client.NoTickets = s.pair.Client.NoTickets || client
			s.pair.Server.NoTickets = s.pair.Server.NoTickets || !client
		case "min":
			common.MinVersion, err = parseVersion(value)
		case "max":
			common.MaxVersion, err = parseVersion(value)
		case "sessions":
			s.pair.Server.Sessions = true
		case "request-stapled":
			common.RequestOCSP, common.RequestSCTs = true, true
		case "staple":
			answers.Override = stapling(answers.Identity)
		case "take-psk":
			common.PSK, answers.PSK = true, []byte(value)
		case "psk-hash":
			answers.PSKHash = map[string]secrets.Hash{"sha256": secrets.SHA256, "sha384": secrets.SHA384}[value]
		case "psk-imported":
			answers.PSKImported = true
		case "psk-modes":
			common.PSKModes = map[string]engine.PSKModes{"either": engine.PSKEither, "alone": engine.PSKWithoutAgreement}[value]
		case "early-data":
			s.pair.Client.EarlyData = s.pair.Client.EarlyData || client
			if !client {
				var size uint64
				size, err = strconv.ParseUint(value, 10, 32)
				s.pair.Server.MaxEarlyData = uint32(size)
			}
		case "reject-early":
			answers.RejectEarly = true
		case "choose-config":
			s.pair.Server.ChooseConfig = true
		default:
			err = s.configure12(client, common, answers, name, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseVersion(value string) (messages.Version, error) {
	versions := map[string]messages.Version{"1.1": messages.TLS11, "1.2": messages.TLS12, "1.3": messages.TLS13}
	version, ok := versions[value]
	if !ok {
		return 0, fmt.Errorf("no version %s", value)
	}
	return version, nil
}

// stapling has an identity shown with an OCSP response and a timestamp.
func stapling(identity *testkit.Identity) func(events.Question) events.Answer {
	return func(q events.Question) events.Answer {
		choose, ok := q.(*events.ChooseCredential)
		if !ok {
			return nil
		}
		credential := identity.Credential()
		credential.OCSP, credential.SCTs = []byte("a response"), [][]byte{[]byte("a timestamp")}
		return choose.Reply(credential)
	}
}

// parseAll reads a list of registry names.
func parseAll[T any](list string, parse func(string) (T, bool)) ([]T, error) {
	values := []T{}
	for name := range strings.SplitSeq(list, ",") {
		if name == "none" {
			continue
		}
		value, ok := parse(name)
		if !ok {
			return nil, fmt.Errorf("no %T is called %s", value, name)
		}
		values = append(values, value)
	}
	return values, nil
}
