package tls13

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/tacitls/tacitls/engine/internal/fsm"
	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// A second ClientHello may differ from the first only as the HelloRetryRequest has
// asked (RFC 8446, Section 4.1.2). What a server needs of the first to know is
// small, and the same whether it is remembered or travels in a cookie.

// retried is what a HelloRetryRequest has fixed, with digests of the first hello.
type retried struct {
	suite messages.CipherSuite
	group messages.Group // 0 has asked for a cookie alone
	sent  time.Time
	// fields are digests of what has to come again, in the order of fieldNames.
	fields [len(fieldNames)][sha256.Size]byte
	// identities are digests of the first identities of pre_shared_key, of which
	// none may be new.
	identities [][identityDigest]byte
}

// fieldNames are those of a ClientHello that may not change.
var fieldNames = [...]string{"legacy_version", "random", "legacy_session_id", "cipher_suites", "extensions"}

const (
	// identityDigest is the size of a digest of an identity, in bytes: a client that
	// finds two of the same one has cheated itself alone.
	identityDigest = 8
	// maxRetriedIdentities is how many identities are gone by, of the most that a
	// client offers who offers a sensible number.
	maxRetriedIdentities = 32
)

// newRetried reads what is to be kept of a first hello.
func newRetried(hs *handshake.Context, c *choice, psk *messages.PreSharedKeyOffer, group messages.Group) *retried {
	return &retried{
		suite: c.suite.ID, group: group, sent: hs.Now.Truncate(time.Millisecond),
		fields: fieldDigests(&c.hello.Message, group), identities: identityDigests(psk),
	}
}

// retry asks for a second ClientHello (RFC 8446, Section 4.1.4), at once or, where
// a cookie is to go with it, once that is sealed.
func retry(hs *handshake.Context, c choice, psk *messages.PreSharedKeyOffer, group messages.Group) (fsm.State, error) {
	hs.Align()
	r := newRetried(hs, &c, psk, group)
	if hs.Policy.Cookies != handshake.CookiesNever {
		return askSealCookie(hs, c, r)
	}
	hs.Transcript.Use(c.suite.Hash)
	hs.Transcript.Add(c.hello.Raw)
	hs.Transcript.Restart()
	m, err := r.message(hs, c.hello, nil)
	if err != nil {
		return nil, err
	}
	if err := hs.Send(m); err != nil {
		return nil, err
	}
	endRetry(hs, c.hello)
	return &waitRetriedClientHello{r}, nil
}

// message is the HelloRetryRequest, which can be made again from the second
// ClientHello.
func (r *retried) message(hs *handshake.Context, hello *handshake.Hello, cookie []byte) (*messages.ServerHello, error) {
	m := &messages.ServerHello{
		LegacyVersion: hs.Dialect.LegacyVersion,
		Random:        messages.HelloRetryRandom(),
		SessionID:     hello.Message.SessionID,
		CipherSuite:   r.suite,
	}
	bodies := []messages.ExtensionBody{&messages.SupportedVersionsChoice{Version: hs.Connection.Version}}
	if r.group != 0 {
		bodies = append(bodies, &messages.KeyShareRetry{Group: r.group})
	}
	if len(cookie) > 0 {
		bodies = append(bodies, &messages.Cookie{Cookie: cookie})
	}
	for _, body := range bodies {
		if err := handshake.Put(&m.Extensions, body); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// endRetry is what goes with every HelloRetryRequest.
func endRetry(hs *handshake.Context, hello *handshake.Hello) {
	if hello.Compatible(hs) {
		hs.SendChangeCipherSpec()
	}
	skipEarlyData(hs, hello)
	hs.Connection.Retried = true
}

// readRetriedClientHello takes the second ClientHello of a client whose first is
// remembered.
func readRetriedClientHello(hs *handshake.Context, s *waitRetriedClientHello, m *messages.ClientHello) (fsm.State, error) {
	hello, err := handshake.ReadHello(hs, m)
	if err != nil {
		return nil, err
	}
	return acceptRetried(hs, hello, s.retried)
}

// acceptRetried goes on from a second ClientHello, which takes no early data
// (RFC 8446, Section 4.2.10).
func acceptRetried(hs *handshake.Context, hello *handshake.Hello, r *retried) (fsm.State, error) {
	m := &hello.Message
	if m.Extensions.Has(messages.ExtensionEarlyData) {
		return nil, refuse.EarlyDataAfterRetry
	}
	if err := checkHello(hs, hello); err != nil {
		return nil, err
	}
	if err := r.checkFields(m); err != nil {
		return nil, err
	}
	suite, known := secrets.LookupSuite(r.suite)
	if !known {
		return nil, refuse.Internal.With("no suite %v", r.suite)
	}
	c := choice{hello: hello, suite: suite}
	psk, err := readPSK(hs, &c)
	if err != nil {
		return nil, err
	}
	if err := r.checkIdentities(psk); err != nil {
		return nil, err
	}
	if err := r.takeShare(hs, &c); err != nil {
		return nil, err
	}
	hs.SkipEarlyData(0)
	return considerPSK(hs, c, psk)
}

// takeShare takes the one share that was asked for, or that of the first hello
// where none was.
func (r *retried) takeShare(hs *handshake.Context, c *choice) error {
	if r.group == 0 {
		switch missing, err := chooseGroup(hs, c); {
		case err != nil:
			return err
		case missing != 0:
			return refuse.RetryChangedGroup.With("no share of %v is there any more", missing)
		}
		return nil
	}
	shares, err := readShares(hs, c.hello)
	if err != nil {
		return err
	}
	if len(shares) != 1 || shares[0].Group != r.group {
		return refuse.RetryChangedGroup.With("a share of %v was asked for", r.group)
	}
	known := false
	if c.group, known = secrets.LookupGroup(r.group); !known {
		return refuse.Internal.With("no group %v", r.group)
	}
	c.share = shares[0].KeyExchange
	return nil
}

// checkFields compares the hellos field by field.
func (r *retried) checkFields(second *messages.ClientHello) error {
	for i, digest := range fieldDigests(second, r.group) {
		if digest != r.fields[i] {
			return refuse.RetriedHelloChanged.With("%s", fieldNames[i])
		}
	}
	return nil
}

// checkIdentities checks that a client has at the most left some of its pre-shared
// keys out, those of other hashes (RFC 8446, Section 4.1.2).
func (r *retried) checkIdentities(psk *messages.PreSharedKeyOffer) error {
	if len(r.identities) == maxRetriedIdentities {
		return nil
	}
	left := r.identities
	for _, digest := range identityDigests(psk) {
		at := slices.Index(left, digest)
		if at < 0 {
			return refuse.RetriedHelloChanged.With("a pre-shared key is new")
		}
		left = left[at+1:]
	}
	return nil
}

func fieldDigests(m *messages.ClientHello, group messages.Group) (digests [len(fieldNames)][sha256.Size]byte) {
	var suites, extensions []byte
	for _, suite := range m.CipherSuites {
		suites = binary.BigEndian.AppendUint16(suites, uint16(suite))
	}
	for _, e := range m.Extensions.List {
		if mayChange(e.Type, group) {
			continue
		}
		extensions = binary.BigEndian.AppendUint16(extensions, uint16(e.Type))
		extensions = binary.BigEndian.AppendUint16(extensions, uint16(len(e.Data)))
		extensions = append(extensions, e.Data...)
	}
	version := binary.BigEndian.AppendUint16(nil, uint16(m.LegacyVersion))
	for i, field := range [...][]byte{version, m.Random[:], m.SessionID, suites, extensions} {
		digests[i] = sha256.Sum256(field)
	}
	return digests
}

// mayChange lists the extensions that a second hello may add, drop or change.
func mayChange(t messages.ExtensionType, group messages.Group) bool {
	switch t {
	case messages.ExtensionKeyShare:
		return group != 0
	case messages.ExtensionEarlyData, messages.ExtensionCookie, messages.ExtensionPreSharedKey, messages.ExtensionPadding:
		return true
	}
	return false
}

func identityDigests(psk *messages.PreSharedKeyOffer) [][identityDigest]byte {
	if psk == nil {
		return nil
	}
	digests := make([][identityDigest]byte, 0, min(len(psk.Identities), maxRetriedIdentities))
	for _, identity := range psk.Identities[:cap(digests)] {
		sum := sha256.Sum256(identity.Identity)
		digests = append(digests, [identityDigest]byte(sum[:identityDigest]))
	}
	return digests
}
