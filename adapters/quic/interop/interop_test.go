// Package interop_test has the QUIC stacks that are written for QUICConn of crypto/tls
// shake hands by that of tacitls, over UDP, with themselves as they are at the other
// end. Their sources are copied to a folder of the moment and changed there: the edits
// below are all that it takes.
//
// It is a module of its own, since nothing else needs these stacks:
//
//	cd adapters/quic/interop && go test .
package interop_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/quic-go/quic-go"

	_ "github.com/tacitls/tacitls/adapters/quic"
	_ "github.com/tacitls/tacitls/internal/testkit"
	_ "golang.org/x/net/quic"
)

// module is the import path of this one, below which the copies are.
const module = "github.com/tacitls/tacitls/adapters/quic/interop"

// stack is a module that is copied, edited, and used beside the original.
type stack struct {
	module string
	// folders are those to copy, by their names in the copy.
	folders map[string]string
	// edits are by file of the copy.
	edits map[string][]edit
	// added are files that the copy has beside.
	added map[string]string
	// program is a test that is run with both, in testdata.
	program string
}

// edit replaces what is there once, and what is behind it up to something, if that is
// said.
type edit struct{ old, upTo, new string }

// importEdit has a file take QUICConn from here, and nothing else changed.
var importEdit = edit{old: "\t\"crypto/tls\"\n", new: "\ttls \"github.com/tacitls/tacitls/adapters/quic\"\n"}

// golang.org/x/net/quic: Config has a QUICConfig in place of its TLSConfig.
func TestGolangOrgXNetQUIC(t *testing.T) {
	run(t, &stack{
		module:  "golang.org/x/net",
		folders: map[string]string{"quic": "quic", "internal/quic/quicwire": "internal/quic/quicwire"},
		edits: map[string][]edit{
			"quic/config.go": {importEdit, {old: "TLSConfig *tls.Config", new: "QUICConfig *tls.QUICConfig"}},
			"quic/conn.go":   {importEdit},
			"quic/endpoint.go": {
				{old: "listenConfig.TLSConfig == nil", new: "listenConfig.QUICConfig == nil"},
			},
			"quic/tls.go": {
				importEdit,
				// The name of the server is in the config.
				{old: "\ttlsConfig := ", upTo: "\tc.keysInitial = "},
				{old: "\t\"net\"\n"},
				{old: "&tls.QUICConfig{TLSConfig: tlsConfig}", new: "c.config.QUICConfig"},
			},
		},
		program: "xnet.go.txt",
	})
}

// quic-go: what its users give is passed over, and the configs are variables.
func TestQUICGo(t *testing.T) {
	run(t, &stack{
		module:  "github.com/quic-go/quic-go",
		folders: map[string]string{".": "."},
		edits: map[string][]edit{
			"internal/handshake/crypto_setup.go": {
				{old: "\t\"crypto/tls\"\n", new: "\t\"crypto/tls\"\n\ttacitls \"github.com/tacitls/tacitls/adapters/quic\"\n"},
				{old: "conn    *tls.QUICConn", new: "conn *tacitls.QUICConn"},
				{old: "handleEvent(ev tls.QUICEvent)", new: "handleEvent(ev tacitls.QUICEvent)"},
				{old: "tls.QUICClient(&tls.QUICConfig{\n\t\tTLSConfig:           tlsConf,\n\t\tEnableSessionEvents: true,\n\t})", new: "tacitls.QUICClient(Client)"},
				{old: "tls.QUICServer(getQUICConfig(tlsConf, localAddr, remoteAddr))", new: "tacitls.QUICServer(Server)"},
			},
		},
		added: map[string]string{
			"internal/handshake/configs.go": "package handshake\n\nimport \"github.com/tacitls/tacitls/adapters/quic\"\n\nvar Client, Server *quic.QUICConfig\n",
			"configs.go": "package quic\n\nimport (\n\t\"github.com/quic-go/quic-go/internal/handshake\"\n\n\ttacitls \"github.com/tacitls/tacitls/adapters/quic\"\n)\n\n" +
				"func Use(client, server *tacitls.QUICConfig) { handshake.Client, handshake.Server = client, server }\n",
		},
		program: "quicgo.go.txt",
	})
}

// run copies and edits a stack, and runs its program in a module that has both.
func run(t *testing.T, s *stack) {
	dir := t.TempDir()
	source := strings.TrimSpace(goTool(t, ".", "list", "-m", "-f", "{{.Dir}}", s.module))
	for from, to := range s.folders {
		copyFolder(t, s, filepath.Join(source, from), filepath.Join(dir, "changed", to))
	}
	for name, edits := range s.edits {
		change(t, filepath.Join(dir, "changed", name), edits)
	}
	for name, text := range s.added {
		write(t, filepath.Join(dir, "changed", name), s.moved(text))
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), strings.Replace(read(t, "go.mod"), "=> ../../..", "=> "+root, 1))
	write(t, filepath.Join(dir, "go.sum"), read(t, "go.sum"))
	write(t, filepath.Join(dir, "program_test.go"), read(t, filepath.Join("testdata", s.program)))
	output := goTool(t, dir, "test", "-v", "-count=1", ".")
	for _, test := range []string{"TestAServerOfTacitls", "TestAClientOfTacitls"} {
		if !strings.Contains(output, "--- PASS: "+test+" ") {
			t.Errorf("%s has not run:\n%s", test, output)
		}
	}
}

// moved has a text import the packages of the copy.
func (s *stack) moved(text string) string {
	return strings.ReplaceAll(text, "\""+s.module+"/", "\""+module+"/changed/")
}

// copyFolder copies the sources of a package and those below it, but for tests and
// what the packages of a stack do not import.
func copyFolder(t *testing.T, s *stack, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			switch entry.Name() {
			case "testdata", "testutils", "example", "fuzzing", "integrationtests", "interop", "metrics", "http3", "mocks":
				return filepath.SkipDir
			}
			return nil
		}
		below, err := filepath.Rel(from, name)
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		write(t, filepath.Join(to, below), s.moved(read(t, name)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// change edits a file. Where one of the edits does not fit, the stack has changed.
func change(t *testing.T, name string, edits []edit) {
	t.Helper()
	text := read(t, name)
	for _, e := range edits {
		if strings.Count(text, e.old) != 1 {
			t.Fatalf("%s has %d times %q", name, strings.Count(text, e.old), e.old)
		}
		before, behind, _ := strings.Cut(text, e.old)
		if end := strings.Index(behind, e.upTo); end >= 0 {
			behind = behind[end:]
		}
		text = before + e.new + behind
	}
	write(t, name, text)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func goTool(t *testing.T, dir string, arguments ...string) string {
	t.Helper()
	command := exec.Command("go", arguments...)
	command.Dir = dir
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", arguments, err, output)
	}
	return string(output)
}
