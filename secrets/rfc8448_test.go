package secrets

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// helloRetryRandom starts the random of a ServerHello that is a HelloRetryRequest.
const helloRetryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11"

func TestEveryDerivationOfTheTracesGivesTheSameBytes(t *testing.T) {
	derivations := 0
	for title, steps := range traces(t) {
		for _, step := range steps {
			f := step.fields
			reason := title + ": " + step.who + " " + step.what
			switch {
			case f["secret"] != nil:
				got := SHA256.extract(f["salt"], f["IKM"])
				wantBytes(t, reason, got.Bytes(), f["secret"])
			case f["finished"] != nil:
				got := make([]byte, 32)
				err := SHA256.ExpandLabel(got, secretOf(t, f["PRK"]), TLSPrefix, "finished", nil)
				wantError(t, reason, err, nil)
				wantBytes(t, reason, got, f["expanded"])
			case f["key expanded"] != nil:
				key, iv := suiteOf(t, 0x1301).TrafficKeys(secretOf(t, f["PRK"]))
				wantBytes(t, reason, key.Bytes(), f["key expanded"])
				wantBytes(t, reason, iv.Bytes(), f["iv expanded"])
			case f["expanded"] != nil:
				got := make([]byte, len(f["expanded"]))
				err := SHA256.ExpandLabel(got, secretOf(t, f["PRK"]), TLSPrefix, step.label(), f["hash"])
				wantError(t, reason, err, nil)
				wantBytes(t, reason, got, f["expanded"])
			default:
				continue
			}
			derivations++
		}
	}
	if derivations < 90 {
		t.Errorf("only %d derivations in the traces", derivations)
	}
}

func TestTheTracesReplayThroughTheStagesToTheByte(t *testing.T) {
	for title, steps := range traces(t) {
		t.Run(title, func(t *testing.T) {
			r := replay{
				t: t, suite: suiteOf(t, 0x1301), private: make(map[string][]byte),
				known: make(map[string]Secret), sealers: make(map[string][]*Sealer),
				openers: make(map[string][]*Opener), keys: make(map[string]any),
			}
			for _, step := range steps {
				r.step(step)
			}
			if r.records == 0 || r.main.s.secret.IsZero() {
				t.Errorf("the trace ended early: %d protected records", r.records)
			}
		})
	}
}

// replay walks one trace with the package's own stages, transcript, groups and
// record protection, and compares each result with what the trace says.
type replay struct {
	t          *testing.T
	suite      *Suite
	transcript Transcript
	private    map[string][]byte
	group      messages.Group
	early      Early
	handshake  Handshake
	main       Main
	known      map[string]Secret
	sealers    map[string][]*Sealer
	openers    map[string][]*Opener
	keys       map[string]any
	hello      []byte
	records    int
}

func (r *replay) step(s traceStep) {
	f := s.fields
	switch {
	case strings.HasPrefix(s.what, "create an ephemeral"):
		r.group = messages.X25519
		if strings.Contains(s.what, "P-256") {
			r.group = messages.Secp256r1
		}
		group, _ := LookupGroup(r.group)
		_, share, err := group.Generate(bytes.NewReader(f["private key"]))
		wantError(r.t, s.what, err, nil)
		wantBytes(r.t, s.what, share, f["public key"])
		r.private[s.who], r.private[s.who+" share"] = f["private key"], share
	case strings.HasPrefix(s.what, "construct"):
		for name, message := range f {
			r.construct(s, name, message)
		}
	case strings.HasPrefix(s.what, "extract"):
		r.extract(s)
	case f["finished"] != nil:
		r.finished(s)
	case f["expanded"] != nil:
		r.derive(s)
	case f["complete record"] != nil:
		r.record(s)
	}
}

func (r *replay) construct(s traceStep, name string, message []byte) {
	switch {
	case name == "NewSessionTicket":
		return
	case name == "ClientHello":
		r.hello = message
	case name == "ServerHello":
		r.transcript.Use(SHA256)
		if string(message[6:14]) == helloRetryRandom {
			r.transcript.Restart()
		}
	case name == "Certificate":
		// Header 4, context length 1, list length 3, certificate length 3.
		context := int(message[4])
		size := int(binary.BigEndian.Uint32(message[7+context:]) & 0xffffff)
		certificate, err := x509.ParseCertificate(message[11+context:][:size])
		if err != nil {
			r.t.Fatalf("parse the certificate of the %s: %v", s.who, err)
		}
		r.keys[s.who] = certificate.PublicKey
	case name == "CertificateVerify":
		signer := ServerContext
		if s.who == "client" {
			signer = ClientContext
		}
		signed := VerifyInput13(nil, signer, r.transcript.Sum(nil))
		scheme := messages.SignatureScheme(binary.BigEndian.Uint16(message[4:]))
		wantError(r.t, "signature of the "+s.who, VerifySignature(Rules13, r.keys[s.who], scheme, signed, message[8:]), nil)
	}
	r.transcript.Add(message)
}

func (r *replay) extract(s traceStep) {
	input := s.fields["IKM"]
	if bytes.Equal(input, make([]byte, 32)) {
		input = nil
	}
	var got Secret
	switch {
	case strings.Contains(s.what, `"early"`):
		r.early = NewEarly(SHA256, input)
		got = r.early.s.secret
	case strings.Contains(s.what, `"handshake"`):
		r.agree(input)
		r.handshake = r.early.Handshake(input)
		got = r.handshake.s.secret
	default:
		r.main = r.handshake.Main()
		got = r.main.s.secret
	}
	wantBytes(r.t, s.what, got.Bytes(), s.fields["secret"])
}

func (r *replay) agree(want []byte) {
	group, _ := LookupGroup(r.group)
	private, _, err := group.Generate(bytes.NewReader(r.private["client"]))
	wantError(r.t, "client's share", err, nil)
	secret, err := private.Agree(r.private["server share"])
	wantError(r.t, "client agrees", err, nil)
	wantBytes(r.t, "client's shared secret", secret, want)
	share, secret, err := group.Respond(bytes.NewReader(r.private["server"]), r.private["client share"])
	wantError(r.t, "server responds", err, nil)
	wantBytes(r.t, "server's share", share, r.private["server share"])
	wantBytes(r.t, "server's shared secret", secret, want)
}

// finished covers the Finished messages and the binder, which the trace calls
// one as well.
func (r *replay) finished(s traceStep) {
	if want := s.fields["binder hash"]; want != nil {
		sum := r.transcript.SumWith(SHA256, nil)
		wantBytes(r.t, "binder hash", sum, want)
		wantBytes(r.t, "binder", r.early.BinderMAC(ResumptionPSK, sum, nil), s.fields["finished"])
		return
	}
	base := r.known[s.who[:1]+" hs traffic"]
	got := FinishedMAC(SHA256, &base, r.transcript.Sum(nil), nil)
	wantBytes(r.t, s.who+" "+s.what, got, s.fields["finished"])
}

func (r *replay) derive(s traceStep) {
	label := s.label()
	if label == "derived" {
		return
	}
	if label == "resumption" {
		base := r.known["res master"]
		got := TicketPSK(SHA256, &base, s.fields["hash"])
		wantBytes(r.t, label, got.Bytes(), s.fields["expanded"])
		return
	}
	r.transcript.Use(SHA256)
	sum := r.transcript.Sum(nil)
	wantBytes(r.t, label+": transcript", sum, s.fields["hash"])
	derive := map[string]func([]byte) Secret{
		"c e traffic":  r.early.ClientTraffic,
		"e exp master": r.early.Exporter,
		"c hs traffic": r.handshake.ClientTraffic,
		"s hs traffic": r.handshake.ServerTraffic,
		"c ap traffic": r.main.ClientTraffic,
		"s ap traffic": r.main.ServerTraffic,
		"exp master":   r.main.Exporter,
		"res master":   r.main.Resumption,
	}[label]
	if derive == nil {
		r.t.Fatalf("unknown label %q", label)
	}
	got := derive(sum)
	wantBytes(r.t, label, got.Bytes(), s.fields["expanded"])
	r.known[label] = got
	if strings.HasSuffix(label, " traffic") {
		who := map[byte]string{'c': "client", 's': "server"}[label[0]]
		sealer, err := NewSealer(r.suite, &got)
		wantError(r.t, label, err, nil)
		opener, err := NewOpener(r.suite, &got)
		wantError(r.t, label, err, nil)
		r.sealers[who] = append(r.sealers[who], sealer)
		r.openers[who] = append(r.openers[who], opener)
	}
}

// record seals the payload under the keys of its sender, which go forward only,
// and opens what the trace says was sent.
func (r *replay) record(s traceStep) {
	payload, want := s.fields["payload"], s.fields["complete record"]
	if want[0] != applicationData {
		if s.who == "client" && bytes.HasPrefix(payload, r.hello) && r.hello != nil {
			// The ClientHello was constructed up to its binders alone.
			r.transcript.Add(payload[len(r.hello):])
			r.hello = nil
		}
		return
	}
	contentType := map[string]uint8{"handshake": 22, "application_data": 23, "alert": 21}[strings.Fields(s.what)[1]]
	for len(r.sealers[s.who]) > 0 {
		fork := r.sealers[s.who][0].Fork()
		got, err := fork.Seal(nil, contentType, payload, 0)
		wantError(r.t, s.what, err, nil)
		if !bytes.Equal(got, want) {
			r.sealers[s.who], r.openers[s.who] = r.sealers[s.who][1:], r.openers[s.who][1:]
			continue
		}
		r.sealers[s.who][0] = fork
		content, gotType, err := r.openers[s.who][0].Open(nil, want[:HeaderLen], want[HeaderLen:])
		wantError(r.t, "open: "+s.what, err, nil)
		wantBytes(r.t, "content: "+s.what, content, payload)
		if gotType != contentType {
			r.t.Errorf("%s: opened as type %d", s.what, gotType)
		}
		r.records++
		return
	}
	r.t.Errorf("%s %s: no traffic key seals this record", s.who, s.what)
}
