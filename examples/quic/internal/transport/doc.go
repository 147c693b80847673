// Package transport is a small QUIC, version 1, around an engine: what RFC 9000 puts
// between datagrams and a TLS handshake, and one stream of data.
//
// It is as pure as the engine, so that a test can lose datagrams and let hours pass in
// no time: [Conn] takes datagrams and the time, and gives datagrams and the time when
// it wants to be woken. Only socket.go knows a socket.
//
//	datagrams  conn.go        a connection, and when it wants to be called
//	           packet.go      headers, and what protects them and the payload
//	           keys.go        the keys of the levels, and their update
//	           frames.go      what stands in a payload
//	packets    receive.go     from datagrams to frames
//	           control.go     what each frame does
//	           send.go        from what is due to datagrams
//	           space.go       numbers, what came and what is under way, per level
//	           recovery.go    acknowledgments, round trips, probe timeouts
//	           identifiers.go connection IDs of the peer
//	bytes      sending.go     bytes under way to the peer: CRYPTO and STREAM alike
//	           receiving.go   bytes from the peer, put in order
//	           stream.go      the stream, and the limits that each end sets
//	TLS        handshake.go   the engine: bytes in, events out
//	           parameters.go  transport parameters
//	ends       close.go       errors, and how a connection ends
//	           server.go      many connections behind one address
//	           retry.go       proof of a client's address
//	           socket.go      the loop around a UDP socket, lossy.go a bad one
//
// What it has not is said in the README of the example.
package transport
