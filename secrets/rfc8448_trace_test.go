package secrets

import (
	"bufio"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// traceStep is one step of a trace in testdata/rfc8448.txt.
type traceStep struct {
	who    string
	what   string
	fields map[string][]byte
}

// label returns the TLS label a step names, and the empty string without one.
func (s traceStep) label() string {
	_, rest, found := strings.Cut(s.what, `"tls13 `)
	if !found {
		return ""
	}
	label, _, _ := strings.Cut(rest, `"`)
	return label
}

// traces reads the traces, keyed by the title of their section.
func traces(t *testing.T) map[string][]traceStep {
	t.Helper()
	file, err := os.Open("testdata/rfc8448.txt")
	if err != nil {
		t.Fatalf("open the traces: %v", err)
	}
	defer file.Close()
	sections := make(map[string][]traceStep)
	title := ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "= "):
			title = line[2:]
		case strings.HasPrefix(line, "  "):
			name, value, _ := strings.Cut(line[2:], ":")
			steps := sections[title]
			steps[len(steps)-1].fields[name] = unhex(t, strings.TrimSpace(value))
		default:
			who, what, _ := strings.Cut(line, " ")
			sections[title] = append(sections[title], traceStep{who, what, make(map[string][]byte)})
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatalf("read the traces: %v", err)
	}
	return sections
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatalf("bad hexadecimal %q: %v", s, err)
	}
	return b
}

// wantBytes fails with the reason unless both are equal.
func wantBytes(t *testing.T, reason string, got, want []byte) {
	t.Helper()
	if string(got) != string(want) {
		t.Errorf("%s:\n got %x\nwant %x", reason, got, want)
	}
}

func wantError(t *testing.T, reason string, got, want error) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got error %v, want %v", reason, got, want)
	}
}

func secretOf(t *testing.T, b []byte) *Secret {
	t.Helper()
	s, ok := NewSecret(b)
	if !ok {
		t.Fatalf("secret of %d bytes", len(b))
	}
	return &s
}

func suiteOf(t *testing.T, id uint16) *Suite {
	t.Helper()
	for _, known := range Suites13() {
		if uint16(known) == id {
			s, _ := LookupSuite(known)
			return s
		}
	}
	t.Fatalf("no suite %04x", id)
	return nil
}
