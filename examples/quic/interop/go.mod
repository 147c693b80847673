module github.com/tacitls/tacitls/examples/quic/interop

go 1.26.0

require (
	github.com/quic-go/quic-go v0.65.0
	github.com/tacitls/tacitls v0.0.0
	golang.org/x/net v0.62.0
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	filippo.io/mldsa v1.0.0 // indirect
	github.com/cloudflare/circl v1.6.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/tacitls/tacitls => ../../..
