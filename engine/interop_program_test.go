package engine_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// foundProgram tells whether a program is there. Where a variable of the
// environment asks for it, it must be.
func foundProgram(t *testing.T, name, variable string) bool {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv(variable) != "" {
			t.Fatalf("%s is set: %v", variable, err)
		}
		t.Logf("nothing is tested: %v", err)
		return false
	}
	return true
}

// program is a foreign program that runs.
type program struct {
	t      *testing.T
	name   string
	stdin  io.WriteCloser
	output *transcript
	done   chan struct{}
	// from is how much of the output belongs to earlier connections.
	from int
}

// start runs a program until the test ends, or for patience at the most.
func (i *interop) start(name string, arguments ...string) *program {
	t := i.t
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	command := exec.CommandContext(ctx, name, arguments...)
	command.Env = append(os.Environ(), i.environment...)
	p := &program{t: t, name: name, output: newTranscript(), done: make(chan struct{})}
	command.Stdout, command.Stderr = p.output, p.output
	stdin, err := command.StdinPipe()
	if err == nil {
		p.stdin = stdin
		err = command.Start()
	}
	if err != nil {
		cancel()
		t.Fatalf("%s %s: %v", name, strings.Join(arguments, " "), err)
	}
	go func() {
		_ = command.Wait()
		p.output.end()
		close(p.done)
	}()
	t.Cleanup(func() { cancel(); <-p.done })
	return p
}

// wait waits for text in what the program prints and gives the match of its
// first group.
func (p *program) wait(text string) string {
	p.t.Helper()
	pattern := regexp.MustCompile(text)
	var match [][]byte
	if !p.output.wait(func(b []byte) bool { match = pattern.FindSubmatch(b[p.from:]); return match != nil }) {
		p.t.Fatalf("%s never printed %q:\n%s", p.name, text, p.output.tail())
	}
	return string(match[len(match)-1])
}

func (p *program) say(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		p.t.Fatalf("writing to %s: %v\n%s", p.name, err, p.output.tail())
	}
}

// transcript collects what a program prints, both streams together.
type transcript struct {
	mu    sync.Mutex
	grown *sync.Cond
	bytes []byte
	ended bool
}

func newTranscript() *transcript {
	s := &transcript{}
	s.grown = sync.NewCond(&s.mu)
	return s
}

func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes = append(s.bytes, b...)
	s.grown.Broadcast()
	return len(b), nil
}

func (s *transcript) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.grown.Broadcast()
}

// wait waits until found, and tells whether that came before the end.
func (s *transcript) wait(found func([]byte) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !found(s.bytes) {
		if s.ended {
			return false
		}
		s.grown.Wait()
	}
	return true
}

func (s *transcript) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bytes)
}

func (s *transcript) tail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.bytes[max(0, len(s.bytes)-3000):])
}
