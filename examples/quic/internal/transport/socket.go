package transport

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// Socket is what a connection sends and receives datagrams by: a *net.UDPConn, or
// something around one.
type Socket interface {
	ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error)
	SetReadDeadline(t time.Time) error
}

// Run has a client's connection go on until a condition is met, which may read and write,
// until the connection is over, or until the time by which it shall be: then the error is
// os.ErrDeadlineExceeded. It tells why a connection is over as Err does.
func Run(socket Socket, c *Conn, by time.Time, until func() bool) error {
	buffer := make([]byte, takenDatagram)
	for {
		now := time.Now()
		if !now.Before(c.Deadline()) {
			c.Expire(now)
		}
		met := until()
		if err := flush(socket, c, now); err != nil {
			return err
		}
		switch {
		case met || c.Over():
			return c.Err()
		case !now.Before(by):
			return os.ErrDeadlineExceeded
		}
		n, from, err := read(socket, buffer, earlier(by, c.Deadline()))
		if err != nil {
			return err
		}
		if n > 0 && same(from, c.Remote) {
			c.Receive(time.Now(), buffer[:n])
		}
	}
}

// Serve has the connections of a server go on until the socket is closed. Whenever
// something has happened to a connection the application has its turn, for the last time
// when it is done.
func Serve(socket Socket, s *Server, application func(*Conn)) error {
	buffer := make([]byte, takenDatagram)
	for {
		n, from, err := read(socket, buffer, s.Deadline())
		if err != nil {
			return unlessClosed(err)
		}
		now := time.Now()
		c, reply, err := s.Receive(now, from, buffer[:n])
		if err == nil && reply != nil {
			err = write(socket, reply, from)
		}
		if err == nil && c != nil {
			application(c)
			err = flush(socket, c, now)
		}
		if err == nil && !now.Before(s.Deadline()) {
			err = expire(socket, s, now, application)
		}
		if err != nil {
			return unlessClosed(err)
		}
	}
}

func unlessClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// expire does what is due by the clock.
func expire(socket Socket, s *Server, now time.Time, application func(*Conn)) error {
	for _, c := range s.Expire(now) {
		application(c)
	}
	for c := range s.All() {
		application(c)
		if err := flush(socket, c, now); err != nil {
			return err
		}
	}
	return nil
}

// flush sends what a connection has to send.
func flush(socket Socket, c *Conn, now time.Time) error {
	for datagram := c.Send(now); datagram != nil; datagram = c.Send(now) {
		if err := write(socket, datagram, c.Remote); err != nil {
			return err
		}
	}
	return nil
}

// write sends a datagram. That it cannot be sent now is no worse than that it gets lost.
func write(socket Socket, datagram []byte, to netip.AddrPort) error {
	_, err := socket.WriteToUDPAddrPort(datagram, to)
	if errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// read waits for a datagram, and gives none if there is none in time. That nobody has
// listened where a datagram went is no error of this one.
func read(socket Socket, buffer []byte, by time.Time) (n int, from netip.AddrPort, err error) {
	if err := socket.SetReadDeadline(by); err != nil {
		return 0, from, err
	}
	n, from, err = socket.ReadFromUDPAddrPort(buffer)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return 0, from, nil
	}
	return n, from, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// same compares addresses, whatever form a socket gives them in.
func same(a, b netip.AddrPort) bool {
	return a.Port() == b.Port() && a.Addr().Unmap() == b.Addr().Unmap()
}
