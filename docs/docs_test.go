package docs_test

import (
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
	"github.com/tacitls/tacitls/events"
)

var update = flag.Bool("update", false, "write the generated pages anew")

const generated = "<!-- Generated: go test ./docs -update -->\n"

func TestTheGeneratedPagesAreCurrent(t *testing.T) {
	for name, page := range map[string]string{"states.md": states(), "refusals.md": refusals(), "ladders.md": ladders(t)} {
		if *update {
			if err := os.WriteFile(name, []byte(page), 0o644); err != nil {
				t.Fatalf("a generated page is writable: %v", err)
			}
			continue
		}
		if read(t, "docs/"+name) != page {
			t.Errorf("docs/%s is not what the code says now: go test ./docs -update", name)
		}
	}
}

// states is the page of the machines.
func states() string {
	var b strings.Builder
	b.WriteString("# States\n\n" + generated + `
Every edge that there is. An arrow's text is what moves the machine: a message of the peer's by its name on the wire,
a command of the caller's, or an answer to a question. A state ` + "`wait...`" + ` waits for the peer, a state ` + "`await...`" + ` for
an answer. A message without an arrow is refused as ` + "`unexpected_message`" + `, a command or an answer without one is misuse and
changes nothing. Application data and alerts are records, not messages, and move no machine; change_cipher_spec moves
that of TLS 1.2 alone. Every state can end in failure, which is not drawn.

The tables are in ` + "`engine/internal/hello`" + `, ` + "`engine/internal/tls13`" + ` and ` + "`engine/internal/tls12`" + `, in the files
` + "`client_states.go`" + ` and ` + "`server_states.go`" + `. The states of TLS 1.2 end in 12. RFC 8446, Appendix A, and RFC 5246,
Section 7.3, have the same machines without the questions.
`)
	for _, transport := range []events.Transport{events.OverStream, events.OverQUIC} {
		for _, role := range []events.Role{events.Client, events.Server} {
			fmt.Fprintf(&b, "\n## The %v over a %v\n\n```mermaid\n%s```\n", role, transport, engine.Diagram(role, transport))
		}
	}
	return strings.ReplaceAll(b.String(), "over a quic", "over QUIC")
}

// refusals is the page of the catalogue.
func refusals() string {
	var b strings.Builder
	b.WriteString("# Refusals\n\n" + generated + `
Every reason for which an engine ends a connection. ` + "`engine.Error`" + ` carries one, tests and logs name it, and no name
changes its meaning. The alert is the one that is sent unless an answer names another; ` + "`peer_alert`" + ` and ` + "`truncated`" + `
send none, and nothing is sent after close_notify.

| name | alert | sentence | where it is written |
|---|---|---|---|
`)
	for _, r := range engine.Refusals() {
		alert := r.Alert.String()
		if r.Name == "peer_alert" || r.Name == "truncated" {
			alert = "none"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Name, alert, r.Sentence, r.Section)
	}
	b.WriteString(`
## Of exported authenticators

Package ` + "`engine/authenticator`" + ` refuses messages that the application carries: the connection goes on, and no alert is sent.

| name | sentence | where it is written |
|---|---|---|
`)
	for _, r := range authenticator.Refusals() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Name(), r.Sentence(), r.Section())
	}
	return b.String()
}

// ladders is the page of handshakes as examples/handshake draws them. Its test
// keeps the drawings current.
func ladders(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Ladders\n\n" + generated + `
Handshakes as ` + "`go run ./examples/handshake`" + ` draws them, with the keys and the entropy of a test: ` + "`?`" + ` and ` + "`!`" + ` are the
questions that the engines ask and the answers they get, dotted lines the records that carry the messages. What answers
them here is plainer than usual: a ticket is the session itself, in clear. The drawings lie in
` + "`examples/handshake/testdata`" + `.
`)
	for _, ladder := range []struct{ title, text, file string }{
		{"TLS 1.3, in full", `RFC 8446, Section 2: one round trip.`, "full"},
		{"TLS 1.3, with a pre-shared key", `RFC 8446, Section 2.2: no certificate, and one key more than the server knows. ` + "`-psk tacitls:746865206b6579`" + `
draws it, but for that one.`, "psk"},
		{"TLS 1.2, in full", `RFC 5246, Section 7.3: two round trips, and the certificates in clear. ` + "`-max 1.2`" + ` draws it.`, "tls12_full"},
		{"TLS 1.2, abbreviated", `A session is resumed by its ticket (RFC 5077, Section 3.1): one round trip, and the client's Finished
comes last. ` + "`-max 1.2 -resume`" + ` draws it.`, "tls12_resumed"},
		{"TLS 1.2, with a pre-shared key", `RFC 5489, Section 2: no certificate, and nothing is signed. ` + "`-max 1.2 -psk tacitls:746865206b6579`" + ` draws
it, but for the hint.`, "tls12_psk"},
		{"TLS 1.2, a renegotiation", `Under the keys of the handshake before, and bound to it by renegotiation_info (RFC 5746, Section 3).
` + "`-max 1.2 -renegotiation`" + ` draws it.`, "tls12_renegotiated"},
	} {
		drawing := read(t, "examples/handshake/testdata/"+ladder.file+".txt")
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```\n%s```\n", ladder.title, ladder.text, drawing)
	}
	return b.String()
}

func TestEveryEventIsExplained(t *testing.T) {
	page := read(t, "docs/events.md")
	var names []string
	for _, s := range code(t, "events") {
		for _, declaration := range s.syntax.Decls {
			d, ok := declaration.(*ast.FuncDecl)
			if !ok || d.Name.Name != "event" || d.Recv == nil {
				continue
			}
			names = append(names, d.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
		}
	}
	explained := regexp.MustCompile("(?m)^### (.+)$").FindAllStringSubmatch(page, -1)
	for _, name := range names {
		if !strings.Contains(page, "\n### "+name+"\n") {
			t.Errorf("docs/events.md has no section on %s", name)
		}
	}
	for _, heading := range explained {
		if !slices.Contains(names, heading[1]) {
			t.Errorf("docs/events.md explains %s, which is no event", heading[1])
		}
	}
}

func TestAttacksNameTestsAndRefusalsThatExist(t *testing.T) {
	tests := map[string]bool{}
	for _, s := range sources(t) {
		for _, declaration := range s.syntax.Decls {
			if d, ok := declaration.(*ast.FuncDecl); ok && s.isTest && d.Recv == nil {
				tests[d.Name.Name] = true
			}
		}
	}
	refused := map[string]bool{}
	for _, r := range engine.Refusals() {
		_, err := os.Stat("../engine/testdata/refusals/" + r.Name + ".txt")
		refused[r.Name] = err == nil
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	for section := range strings.SplitSeq(read(t, "docs/attacks.md"), "\n### ") {
		title, _, _ := strings.Cut(section, "\n")
		if !strings.HasPrefix(section, "# ") && !strings.Contains(section, "\nTests: ") {
			t.Errorf("%q has no line of its tests", title)
		}
		for paragraph := range strings.SplitSeq(section, "\n\n") {
			var known map[string]bool
			switch {
			case strings.HasPrefix(paragraph, "Tests: "):
				known = tests
			case strings.HasPrefix(paragraph, "Refused as: "):
				known = refused
			default:
				continue
			}
			for _, name := range quoted.FindAllStringSubmatch(paragraph, -1) {
				if !known[name[1]] {
					t.Errorf("%q names %s, which there is not", title, name[1])
				}
			}
		}
	}
}

func TestTheReadmeShowsTheLoopOfTheExample(t *testing.T) {
	example := read(t, "engine/example_test.go")
	from := strings.Index(example, "func drive(")
	to := strings.Index(example, "\n}\n")
	if from < 0 || to < from {
		t.Fatal("the example has a function drive before all others")
	}
	loop := "```go\n" + example[from:to] + "\n}\n```\n"
	if !strings.Contains(read(t, "README.md"), loop) {
		t.Error("README.md shows another loop than engine/example_test.go runs")
	}
}

func TestTheReadmeShowsTheDrawingOfTheExample(t *testing.T) {
	if !strings.Contains(read(t, "README.md"), "```\n"+read(t, "examples/handshake/testdata/full.txt")+"```\n") {
		t.Error("README.md shows another handshake than examples/handshake draws")
	}
}

func TestLinksBetweenPagesLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	for _, name := range pages(t) {
		for _, target := range link.FindAllStringSubmatch(read(t, name), -1) {
			file := filepath.Join("..", filepath.FromSlash(path.Join(path.Dir(name), target[1])))
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which there is not", name, target[1])
			}
		}
	}
}
