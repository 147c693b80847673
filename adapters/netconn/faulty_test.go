package netconn_test

import (
	"net"
	"sync"
	"sync/atomic"
)

func pipe() (net.Conn, net.Conn) { return net.Pipe() }

// half is a transport that writes half of what it is given and keeps the rest.
type half struct {
	net.Conn
	on   atomic.Bool
	mu   sync.Mutex
	kept []byte
}

func (h *half) Write(b []byte) (int, error) {
	if !h.on.Load() {
		return h.Conn.Write(b)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(b) / 2
	h.kept = append(h.kept, b[n:]...)
	if _, err := h.Conn.Write(b[:n]); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (h *half) rest() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.Conn.Write(h.kept)
	return err
}

// watched is a transport that tells of every Write before it begins.
type watched struct {
	net.Conn
	begun chan struct{} // of capacity 1
}

func watch(inner net.Conn) *watched { return &watched{inner, make(chan struct{}, 1)} }

func (w *watched) Write(b []byte) (int, error) {
	select {
	case w.begun <- struct{}{}:
	default:
	}
	return w.Conn.Write(b)
}

// forget forgets the Writes so far.
func (w *watched) forget() {
	select {
	case <-w.begun:
	default:
	}
}
