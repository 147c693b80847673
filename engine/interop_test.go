package engine_test

import (
	"context"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// program is a running openssl.
type program struct {
	t      *testing.T
	stdin  io.WriteCloser
	output *transcript
	done   chan struct{}
}

// startOpenSSL runs openssl until the test ends, or for patience at the most.
func startOpenSSL(t *testing.T, arguments ...string) *program {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	command := exec.CommandContext(ctx, "openssl", arguments...)
	p := &program{t: t, output: newTranscript(), done: make(chan struct{})}
	command.Stdout, command.Stderr = p.output, p.output
	stdin, err := command.StdinPipe()
	if err == nil {
		p.stdin = stdin
		err = command.Start()
	}
	if err != nil {
		cancel()
		t.Fatalf("openssl %s: %v", strings.Join(arguments, " "), err)
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
	if !p.output.wait(func(b []byte) bool { match = pattern.FindSubmatch(b); return match != nil }) {
		p.t.Fatalf("openssl never printed %q:\n%s", text, p.output.tail())
	}
	return string(match[len(match)-1])
}

func (p *program) say(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, text); err != nil {
		p.t.Fatalf("writing to openssl: %v\n%s", err, p.output.tail())
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

func (s *transcript) tail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.bytes[max(0, len(s.bytes)-3000):])
}
