package examples_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tacitls/tacitls/internal/testkit"
)

// programs is where the built programs are; TestMain removes it.
var programs string

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "tacitls-examples-"); err != nil {
		panic(err)
	}
	status := m.Run()
	os.RemoveAll(programs)
	os.Exit(status)
}

// build builds all programs, once.
var build = sync.OnceValues(func() ([]byte, error) {
	// The go command remembers that a test has passed until a file changes that
	// the test has opened: let these be the sources of what is tested.
	for _, folder := range []string{".", filepath.Join("..", "adapters", "answer")} {
		if err := filepath.WalkDir(folder, open); err != nil {
			return nil, err
		}
	}
	return exec.Command("go", "build", "-o", programs+string(filepath.Separator), "./server", "./client", "./handshake", "./quic").CombinedOutput()
})

func open(path string, entry fs.DirEntry, err error) error {
	if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

func program(t *testing.T, name string) string {
	t.Helper()
	if output, err := build(); err != nil {
		t.Fatalf("building the programs: %v\n%s", err, output)
	}
	return filepath.Join(programs, name)
}

// result is what a program that has ended left behind.
type result struct {
	status         int
	stdout, stderr string
}

// patience is how long a program may take.
const patience = 20 * time.Second

// runProgram runs a program to its end.
func runProgram(t *testing.T, name string, arguments ...string) result {
	t.Helper()
	return runCommand(t, "", program(t, name), arguments...)
}

func runCommand(t *testing.T, stdin, path string, arguments ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, path, arguments...)
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", path, err)
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// startServer starts our server with a certificate, on a port of its own, and
// gives its address. It is stopped when the test ends.
func startServer(t *testing.T, arguments ...string) string {
	t.Helper()
	return startWith(t, testkit.Server(testkit.P256), arguments...)
}

// startWith is startServer with another identity.
func startWith(t *testing.T, identity *testkit.Identity, arguments ...string) string {
	t.Helper()
	chain, key := identityFiles(t, "server", identity)
	return startBare(t, append([]string{"-cert", chain, "-key", key}, arguments...)...)
}

// startBare is startServer without a certificate.
func startBare(t *testing.T, arguments ...string) string {
	t.Helper()
	return startProgram(t, "server", append([]string{"-listen", "127.0.0.1:0"}, arguments...)...)
}

// startProgram starts a server, and gives the address that it says it listens on.
func startProgram(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	command := exec.Command(program(t, name), arguments...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("stopping the server: %v", err)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("the server ends well when it is told to: %v\n%s", err, stderr.String())
		}
		if t.Failed() {
			t.Logf("server: %s", stderr.String())
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	address, listening := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	if err != nil || !listening {
		t.Fatalf("the server says %q (%v)", line, err)
	}
	return address
}

// runClient runs our client against a server that the test's authority vouches
// for.
func runClient(t *testing.T, address string, arguments ...string) result {
	t.Helper()
	return runProgram(t, "client", append([]string{"-connect", address, "-ca", authorityFile(t)}, arguments...)...)
}

// identityFiles writes chain and key as PEM.
func identityFiles(t *testing.T, name string, id *testkit.Identity) (chain, key string) {
	t.Helper()
	var certificates []byte
	for _, der := range id.Chain {
		certificates = append(certificates, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return writeFile(t, name+".pem", certificates),
		writeFile(t, name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: id.PrivateKey()}))
}

func authorityFile(t *testing.T) string {
	t.Helper()
	return writeFile(t, "authority.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: testkit.Authority().Chain[0]}))
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// values reads the lines key=value of a report.
func values(text string) map[string]string {
	report := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		if key, value, ok := strings.Cut(line, "="); ok {
			report[key] = value
		}
	}
	return report
}

// split cuts what our client prints into its report and what came back.
func split(t *testing.T, stdout string) (report map[string]string, reply string) {
	t.Helper()
	text, reply, found := strings.Cut(stdout, "---\n")
	if !found {
		t.Fatalf("the client prints a line of three dashes: %q", stdout)
	}
	return values(text), reply
}

// wantStatus checks how a program ended.
func wantStatus(t *testing.T, reason string, r result, status int) {
	t.Helper()
	if r.status != status {
		t.Fatalf("%s: status %d, want %d\nstdout: %s\nstderr: %s", reason, r.status, status, r.stdout, r.stderr)
	}
}

// wantLines checks lines of a report.
func wantLines(t *testing.T, reason string, report map[string]string, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := report[pairs[i]]; got != pairs[i+1] {
			t.Errorf("%s: %s=%s, want %s", reason, pairs[i], got, pairs[i+1])
		}
	}
}

// wantText checks that a text has every part.
func wantText(t *testing.T, reason, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: %q is not in\n%s", reason, part, text)
		}
	}
}
