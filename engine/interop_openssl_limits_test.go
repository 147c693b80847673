package engine_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// fragmentLengths are those that a client may ask for.
var fragmentLengths = []int{512, 1024, 2048, 4096}

// inBothVersions has openssl allow one version after the other.
func inBothVersions(t *testing.T, test func(i *interop, version messages.Version)) {
	t.Run("TLS 1.3", func(t *testing.T) {
		withOpenSSL(t, func(i *interop) { test(i, messages.TLS13) })
	})
	t.Run("TLS 1.2", func(t *testing.T) {
		withOpenSSL12(t, func(i *interop) { test(i, messages.TLS12) })
	})
}

// digits is so much data that openssl takes for no command.
func digits(size int) []byte { return bytes.Repeat([]byte("0123456789"), size/10) }

// exchangeMuch sends more than one record holds each way.
func (i *interop) exchangeMuch(end *endpoint, openssl *program) {
	i.t.Helper()
	much := digits(20000)
	i.must(end.write(much), openssl)
	if !openssl.output.wait(func(b []byte) bool { return bytes.Contains(b, much) }) {
		i.t.Fatalf("openssl did not print what it was sent:\n%s", openssl.output.tail())
	}
	openssl.say(string(much))
	got, err := end.read(len(much))
	i.must(err, openssl)
	if !bytes.Equal(got, much) {
		i.t.Error("what openssl has sent differs")
	}
}

// Openssl refuses records that are too long, as tacitls does.
//
// covers 6066/4/2
// covers 6066/4/5
func TestAFragmentLengthIsAgreedOnWithOpenSSL(t *testing.T) {
	for _, length := range fragmentLengths {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			inBothVersions(t, func(i *interop, version messages.Version) {
				var more []string
				if i.role == events.Client {
					i.pair.Client.MaxFragmentLength = length
				} else {
					more = []string{"-maxfraglen", fmt.Sprint(length)}
				}
				end, openssl := i.connect(more...)
				i.must(end.handshake(), openssl)
				c := end.engine.Connection()
				if int(c.ReceiveLimit) != length || c.Version != version {
					i.t.Errorf("the length is agreed on: %v", &c)
				}
				i.exchangeMuch(end, openssl)
				i.must(end.close(), openssl)
			})
		})
	}
}

func TestAFragmentLengthIsAgreedOnAnewWithOpenSSL(t *testing.T) {
	inBothVersions(t, func(i *interop, _ messages.Version) {
		session := filepath.Join(i.t.TempDir(), "session")
		var more []string
		if i.role == events.Client {
			i.pair.Client.MaxFragmentLength = 1024
		} else {
			more = []string{"-maxfraglen", "1024", "-sess_out", session}
		}
		for connection, wantResumed := range []bool{false, true} {
			end, openssl := i.exchange(connection, more...)
			if c := end.engine.Connection(); c.Resumed != wantResumed || c.ReceiveLimit != 1024 {
				i.t.Fatalf("connection %d: %v; openssl:\n%s", connection, &c, openssl.output.tail())
			}
			if i.role == events.Server {
				<-openssl.done // it has written the file
				more = []string{"-maxfraglen", "1024", "-sess_in", session}
				continue
			}
			if len(end.sessions) > 0 {
				i.pair.Client.Session = end.sessions[0]
			}
		}
	})
}

// Openssl has no record_size_limit: one that it is told is passed over.
func TestARecordSizeLimitIsNoHindranceForOpenSSL(t *testing.T) {
	inBothVersions(t, func(i *interop, _ messages.Version) {
		i.common().RecordSizeLimit = 600
		end, openssl := i.connect()
		i.must(end.handshake(), openssl)
		if c := end.engine.Connection(); c.SendLimit != 0 || c.ReceiveLimit != 0 {
			i.t.Errorf("nothing is agreed on: %v", &c)
		}
		i.exchangeMuch(end, openssl)
		i.must(end.close(), openssl)
	})
}
