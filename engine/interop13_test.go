package engine_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// The programs, each for a role: tacitls is the other end of all.
const (
	sServer    = "openssl s_server"
	sClient    = "openssl s_client"
	gnutlsServ = "gnutls-serv"
	gnutlsCli  = "gnutls-cli"
)

// foreignPrograms are in the order of the page.
var foreignPrograms = []string{sServer, sClient, gnutlsServ, gnutlsCli}

// lacking tells why something is not shown with programs.
type lacking map[string]string

// bothOf is one reason for two programs.
func bothOf(one, other, why string) lacking { return lacking{one: why, other: why} }

// feature13 is something of TLS 1.3 that is shown with foreign programs: a row of
// docs/interop.md.
type feature13 struct {
	name string
	// shown are what shows it, with every program but those that they lack.
	shown []accord
	// by are tests of their own that show it with every program but those in lacks.
	by    []func(t *testing.T)
	lacks lacking
}

// features13 are all of them.
func features13() []feature13 {
	return slices.Concat(agreedFeatures(), keyFeatures(), sessionFeatures(), earlyFeatures(), laterFeatures(), flowFeatures(), besideFeatures(), absentFeatures())
}

// agreedFeatures are those of suites, groups and keys.
func agreedFeatures() []feature13 {
	type tests = []func(t *testing.T)
	return []feature13{
		{name: "every cipher suite, those of AES-CCM among them", by: tests{TestEverySuiteAgreesWithForeignPrograms}},
		{name: "every classical group, X448 and the finite fields among them", by: tests{TestEveryGroupAgreesWithForeignPrograms}},
		{name: "a HelloRetryRequest for every group", by: tests{TestARetryAgreesWithOpenSSL, TestARetryAgreesWithGnuTLS}},
		{name: "every signature scheme, Ed448 among them", by: tests{TestEverySchemeAgreesWithForeignPrograms}},
		{name: "client certificates with every kind of key", by: tests{TestEveryKindOfClientKeyAgreesWithForeignPrograms}},
		{name: "raw public keys of the server and of both ends", by: tests{TestRawPublicKeysAgreeWithGnuTLS},
			lacks: bothOf(sServer, sClient, "come with 3.2")},
		{name: "ALPN, stapled OCSP, a client that declines", by: tests{TestWhatElseThereIsAgreesWithForeignPrograms}},
		{name: "record_size_limit", by: tests{TestRecordSizeLimitsAreAgreedOnWithGnuTLS}, lacks: bothOf(sServer, sClient, "has none")},
		{name: "max_fragment_length", by: tests{TestAFragmentLengthIsAgreedOnWithOpenSSL, TestAFragmentLengthIsGrantedByGnuTLS},
			lacks: lacking{gnutlsCli: "offers record_size_limit beside it"}},
		{name: "exporters, tls-exporter among them", by: tests{TestTLSExporterIsThatOfOtherPrograms}},
		{name: "resumption, of SHA-256 and SHA-384", by: tests{TestSessionsResumeWithOpenSSL, TestSessionsResumeWithGnuTLS}},
		{name: "alerts both ways", by: tests{TestAlertsOfOpenSSLAreUnderstood, TestAlertsAreUnderstoodByOpenSSL, TestAlertsOfGnuTLSAreUnderstood,
			TestAlertsAreUnderstoodByGnuTLS}},
		{name: "GREASE, shuffled and padded hellos, ticket_request, offers that mean nothing to it", by: tests{TestOtherProgramsTakeDressedHellos}},
	}
}

// absentFeatures are those that no program has here.
func absentFeatures() []feature13 {
	nobody := func(openssl, gnutls string) lacking {
		return lacking{sServer: openssl, sClient: openssl, gnutlsServ: gnutls, gnutlsCli: gnutls}
	}
	return []feature13{
		{name: "certificate compression", lacks: nobody("comes with 3.2", "built without")},
		{name: "X25519MLKEM768", lacks: nobody("comes with 3.5", "comes with 3.8")},
		{name: "imported keys (RFC 9258)", lacks: nobody("has none", "comes with 3.8")},
		{name: "tickets by request (RFC 9149)", lacks: nobody("has none", "has none")},
	}
}

func TestEveryFeatureOfTLS13AgreesWithForeignPrograms(t *testing.T) {
	for _, feature := range features13() {
		for _, a := range feature.shown {
			a.run(t)
		}
	}
}

// interopPage is what stands above the table.
const interopPage = `# Interoperation in TLS 1.3

<!-- Generated: go test ./engine -run PageOfInteroperation -update -->

Real programs at the other end, as Debian 12 has them: openssl 3.0 and gnutls 3.7.9. Each row is run with each program, and
so in both roles; where it is not, the cell says what the program lacks. The test of a row fails where the two ends do not
complete, where data does not arrive both ways, where they export different keys, or where either says something else of
the connection than the row does. A program that is not installed is passed over, unless the environment asks for it
([CONTRIBUTING.md](../CONTRIBUTING.md#tests)). TLS 1.2 is in the same tests; curl and others are in ` + "`examples`" + `.

`

func TestThePageOfInteroperationIsCurrent(t *testing.T) {
	var b strings.Builder
	b.WriteString(interopPage)
	fmt.Fprintf(&b, "| | %s | test |\n|---|%s\n", strings.Join(foreignPrograms, " | "), strings.Repeat("---|", len(foreignPrograms)+1))
	for _, feature := range features13() {
		fmt.Fprintf(&b, "| %s |", feature.name)
		for _, program := range foreignPrograms {
			fmt.Fprintf(&b, " %s |", feature.with(program))
		}
		fmt.Fprintf(&b, " %s |\n", feature.tests())
		for _, a := range feature.shown {
			if len(a.with) > 0 {
				t.Errorf("%s: what is not run with every program has to say why", feature.name)
			}
		}
	}
	b.WriteString(interopNotes)
	checkGolden(t, filepath.Join("..", "docs", "interop.md"), b.String())
}

// interopNotes is what stands below the table.
const interopNotes = `
- A row without a test is one of ` + "`TestEveryFeatureOfTLS13AgreesWithForeignPrograms`" + `, or one that nothing here can show.
- Early data and a HelloRetryRequest: gnutls-serv answers s_client by bad_record_mac too, and gnutls-cli protects its
  second hello for s_server too, which takes it for early data.
- Certificate compression is shown against BoringSSL's test runner ([conformance.md](conformance.md)), and X25519MLKEM768
  against that and crypto/tls.
`

// tests names the tests of its own that show a feature.
func (f *feature13) tests() string {
	var names []string
	for _, test := range f.by {
		name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
		names = append(names, "`"+name[strings.LastIndexByte(name, '.')+1:]+"`")
	}
	return strings.Join(names, ", ")
}

// with tells whether a feature is shown with a program, or why not.
func (f *feature13) with(program string) string {
	if why := f.lacks[program]; why != "" {
		return why
	}
	for _, a := range f.shown {
		if why := a.lacks[program]; why != "" {
			return why
		}
	}
	return "yes"
}
