package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
	"time"
)

// patience bounds the wait for the runner at either end of a connection. The runner's own is 15 seconds.
const patience = 10 * time.Second

// connection is one connection with the runner and what to do on it.
type connection struct {
	socket  *net.TCPConn
	number  int       // 0 is the first, the others are resumptions
	options *options  // what to do
	retry   *options  // what to do once early data has been rejected
	now     time.Time // stands still while the connection lasts
	notes   io.Writer
}

// dial opens a connection to the runner, as its client in every role, and says whose it is.
func dial(o *options) (*connection, error) {
	host := "127.0.0.1"
	if o.IPv6 {
		host = "::1"
	}
	dialed, err := net.DialTimeout("tcp", net.JoinHostPort(host, strconv.Itoa(o.Port)), patience)
	if err != nil {
		return nil, err
	}
	socket := dialed.(*net.TCPConn)
	if _, err := socket.Write(binary.LittleEndian.AppendUint64(nil, o.ShimID)); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	return &connection{socket: socket, options: o}, nil
}

// hangUp ends a connection so that the runner reads all that was sent: it closes the sending side, then reads until the runner closes its own.
// A socket closed with bytes unread would be reset, and the reset can overtake an alert.
func (c *connection) hangUp() error {
	closed := c.socket.CloseWrite()
	if err := c.socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return errors.Join(closed, err, c.socket.Close())
	}
	_, drained := io.Copy(io.Discard, c.socket)
	return errors.Join(closed, drained, c.socket.Close())
}
