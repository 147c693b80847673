package quic_test

import (
	"runtime"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/quic"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// halfOpen are as many servers as are measured at once.
const halfOpen = 512

// BenchmarkHalfOpen measures what a server keeps of a handshake while it waits for the
// client's last flight: bytes of the heap, bytes of stacks, and goroutines. Clients send
// what they send by default, a share of X25519MLKEM768 included; servers share one
// config.
func BenchmarkHalfOpen(b *testing.B) {
	hello := firstHello(b)
	b.Run("engine", func(b *testing.B) {
		config := plainServer(b)
		server := *config.Server
		server.Tickets = -1
		policy, err := server.CompileQUIC()
		if err != nil {
			b.Fatal(err)
		}
		measure(b, func() any { return halfOpenEngine(b, policy.New(), config, hello) })
	})
	b.Run("tacitls", func(b *testing.B) {
		config := plainServer(b)
		measure(b, func() any {
			s := ours(events.Server, quic.QUICServer(config))
			wantHalfOpen(b, s, hello)
			return s.conn
		})
	})
	b.Run("crypto-tls", func(b *testing.B) {
		s := &scenario{name: "half open", preset: true}
		servers := theirServersByDefault()
		measure(b, func() any {
			made := s.dress(servers())
			wantHalfOpen(b, made, hello)
			return made.conn
		})
	})
}

// BenchmarkHandshake measures a full handshake, both ends, X.509 included: of this
// package with itself, and of crypto/tls with itself.
func BenchmarkHandshake(b *testing.B) {
	s := &scenario{name: "bench", preset: true}
	for _, make := range []struct {
		name             string
		clients, servers func() *stack
	}{
		{"tacitls", ourDefaults(b, events.Client), ourDefaults(b, events.Server)},
		{"crypto-tls", theirClientsByDefault(), theirServersByDefault()},
	} {
		b.Run(make.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				client, server := s.dress(make.clients()), s.dress(make.servers())
				server.ticket = nil
				if err := connect(client, server); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// ourDefaults makes stacks of a role that share one config with nothing set.
func ourDefaults(b *testing.B, role events.Role) func() *stack {
	if role == events.Client {
		config := clientConfig("bench")
		config.Client.Groups = nil
		return func() *stack { return ours(role, quic.QUICClient(config)) }
	}
	config := plainServer(b)
	return func() *stack { return ours(role, quic.QUICServer(config)) }
}

// plainServer is a server's config with every group that there is by default.
func plainServer(t testing.TB) *quic.QUICConfig {
	config := serverConfig(t, "half open")
	config.Server.Groups = nil
	config.Answers.(*answer.Server).Signing = answer.Signing{}
	return config
}

func firstHello(t testing.TB) []byte {
	t.Helper()
	config := clientConfig("half open")
	config.Client.Groups = nil
	client := ours(events.Client, quic.QUICClient(config))
	if err := client.start(); err != nil {
		t.Fatal(err)
	}
	return client.outgoing[0].bytes
}

// wantHalfOpen brings a server to where it waits for the client's last flight.
func wantHalfOpen(t testing.TB, server *stack, hello []byte) {
	t.Helper()
	if err := server.start(); err != nil {
		t.Fatal(err)
	}
	if err := server.receive(chunk{bytes: hello}); err != nil {
		t.Fatal(err)
	}
	if len(server.outgoing) != 2 || server.secrets["write Application"] == "" || server.done {
		t.Fatalf("the server has come to %q", server.log)
	}
}

func halfOpenEngine(t testing.TB, e *engine.Engine, config *quic.QUICConfig, hello []byte) *engine.Engine {
	t.Helper()
	var out events.Output
	if err := e.ReceiveCrypto(&out, testkit.Now, events.Initial, hello); err != nil {
		t.Fatal(err)
	}
	for event := range out.All() {
		question, ok := event.(events.Question)
		if !ok {
			continue
		}
		answer := config.Answers.Answer(testkit.Now, question)
		if q, ok := question.(*events.ProvideTransportParameters); ok {
			answer = q.Reply([]byte("parameters of the server"))
		}
		if err := e.Answer(&out, testkit.Now, answer); err != nil {
			t.Fatal(err)
		}
	}
	if e.State() != "waitClientFinished" {
		t.Fatalf("the server is in %s", e.State())
	}
	return e
}

func measure(b *testing.B, open func() any) {
	kept := make([]any, 0, halfOpen)
	open() // what is made once is not counted
	for b.Loop() {
		heap, stacks, goroutines := footprint()
		for range halfOpen {
			kept = append(kept, open())
		}
		heapAfter, stacksAfter, goroutinesAfter := footprint()
		b.ReportMetric(float64(heapAfter-heap)/halfOpen, "B/conn")
		b.ReportMetric(float64(stacksAfter-stacks)/halfOpen, "stack-B/conn")
		b.ReportMetric(float64(goroutinesAfter-goroutines)/halfOpen, "goroutines/conn")
		for _, server := range kept {
			if server, ok := server.(conn); ok {
				_ = server.Close()
			}
		}
		clear(kept)
		kept = kept[:0]
	}
}

func footprint() (heap, stacks, goroutines int64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), int64(m.StackInuse), int64(runtime.NumGoroutine())
}
