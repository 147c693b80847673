package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
	"github.com/tacitls/tacitls/secrets"
)

// The recommended choices. Nothing writes to these lists.
var (
	defaultGroups = []messages.Group{
		messages.X25519MLKEM768, messages.X25519, messages.Secp256r1, messages.Secp384r1, messages.Secp521r1,
	}
	defaultSuites = []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256, messages.TLS_AES_256_GCM_SHA384, messages.TLS_CHACHA20_POLY1305_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, messages.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		messages.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, messages.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		messages.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, messages.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
	defaultSchemes = []messages.SignatureScheme{
		messages.ECDSASecp256r1SHA256, messages.Ed25519, messages.RSAPSSRSAESHA256, messages.RSAPSSPSSSHA256,
		messages.ECDSASecp384r1SHA384, messages.RSAPSSRSAESHA384, messages.RSAPSSPSSSHA384,
		messages.ECDSASecp521r1SHA512, messages.RSAPSSRSAESHA512, messages.RSAPSSPSSSHA512,
	}
	defaultSchemesCert = append(slices.Clip(defaultSchemes),
		messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512)
)

const (
	defaultMaxMessage = 1 << 16
	defaultMaxHeld    = 1 << 16
)

func (c *ClientConfig) compile() (*handshake.Policy, error) {
	p := &handshake.Policy{Role: events.Client}
	if err := c.Common.compile(p); err != nil {
		return nil, err
	}
	p.PeerName = strings.ToLower(strings.TrimSuffix(c.ServerName, "."))
	if len(p.PeerName) > 255 {
		return nil, invalid("ServerName has %d bytes", len(p.PeerName))
	}
	if !addressLike(p.PeerName) {
		p.ServerName = p.PeerName
	}
	p.KeyShares = c.KeyShares
	if p.KeyShares == nil {
		p.KeyShares = firstShares(p.Groups)
	}
	if !slices.Equal(p.KeyShares, handshake.Common(p.Groups, p.KeyShares)) && len(p.KeyShares) > 0 {
		return nil, invalid("KeyShares %v are not of Groups, or not in their order", p.KeyShares)
	}
	if err := c.compileFragmentLength(p); err != nil {
		return nil, err
	}
	if err := c.compileMKI(p); err != nil {
		return nil, err
	}
	if err := c.compileTickets(p); err != nil {
		return nil, err
	}
	var err error
	if p.OwnTypes, err = certificateTypes("CertificateTypes", c.CertificateTypes); err != nil {
		return nil, err
	}
	p.PostHandshakeAuth = c.PostHandshakeAuth && p.Allows(messages.TLS13)
	p.RequestOCSPChain, p.FalseStart = c.RequestOCSPChain, c.FalseStart
	p.FalseStartBare = c.FalseStart && c.FalseStartWithoutALPN
	if c.EarlyData {
		p.EarlyData = 1
	}
	p.PadHello, p.ShuffleExtensions = c.PadHello, c.ShuffleExtensions
	p.Fallback = c.Fallback && p.MaxVersion < messages.TLS13
	p.Authorities, p.Reverify = c.Authorities, c.ReverifyOnResume
	return p, nil
}

func (c *ServerConfig) compile() (*handshake.Policy, error) {
	p := &handshake.Policy{Role: events.Server}
	if err := c.Common.compile(p); err != nil {
		return nil, err
	}
	if c.ClientAuth > RequireClientCert || c.ClientAuth != NoClientCert && c.RequirePSK {
		return nil, invalid("ClientAuth %d, RequirePSK %t", c.ClientAuth, c.RequirePSK)
	}
	p.ChooseConfig, p.Authorities = c.ChooseConfig, c.Authorities
	p.RequestClientCert = c.ClientAuth != NoClientCert
	p.RequireClientCert = c.ClientAuth == RequireClientCert
	p.Sessions, p.Reverify, p.NoServerNameAck = c.Sessions, c.ReverifyOnResume, c.NoServerNameAck
	p.PSKHint, p.SRTPTakesMKI, p.EarlyData = c.PSKHint, c.SRTPTakesMKI, c.MaxEarlyData
	if len(p.PSKHint) > 1<<16-1 {
		return nil, invalid("PSKHint of %d bytes", len(p.PSKHint))
	}
	if c.Cookies > CookiesAlways {
		return nil, invalid("Cookies %d", c.Cookies)
	}
	if len(c.EarlyDataContext) > 1<<16-1 {
		return nil, invalid("EarlyDataContext of %d bytes", len(c.EarlyDataContext))
	}
	p.Cookies, p.EarlyDataContext = handshake.Cookies(c.Cookies), c.EarlyDataContext
	if err := c.compileFilters(p); err != nil {
		return nil, err
	}
	return p, c.compileTickets(p)
}

func (c *Common) compile(p *handshake.Policy) error {
	if c.Rand == nil {
		return invalid("Rand is required")
	}
	p.Rand = c.Rand
	p.MinVersion, p.MaxVersion = c.MinVersion, c.MaxVersion
	if p.MaxVersion == 0 {
		p.MaxVersion = messages.TLS13
	}
	if p.MinVersion == 0 {
		p.MinVersion = p.MaxVersion
	}
	if p.MinVersion < messages.TLS12 || p.MinVersion > p.MaxVersion || p.MaxVersion > messages.TLS13 {
		return invalid("versions %v to %v", p.MinVersion, p.MaxVersion)
	}
	if err := c.compilePSK(p); err != nil {
		return err
	}
	if err := c.compile12(p); err != nil {
		return err
	}
	if err := c.compileAlgorithms(p); err != nil {
		return err
	}
	if err := c.compileDelegated(p); err != nil {
		return err
	}
	var err error
	if p.PeerTypes, err = certificateTypes("PeerCertificateTypes", c.PeerCertificateTypes); err != nil {
		return err
	}
	if err := checkALPN(c.ALPN); err != nil {
		return err
	}
	if err := c.compileRecordSizeLimit(p); err != nil {
		return err
	}
	if err := c.compileSRTP(p); err != nil {
		return err
	}
	if err := c.compileCompression(p); err != nil {
		return err
	}
	p.ALPN, p.GREASE, p.DraftParameters = c.ALPN, c.GREASE, c.DraftParameters
	p.RequestOCSP, p.RequestSCTs = c.RequestOCSP, c.RequestSCTs
	p.Padding, p.Compatibility = c.Padding, !c.NoCompatibility
	p.KeyLog, p.Trace, p.UpdateAfter = c.KeyLog, c.Trace, c.UpdateAfter
	p.RecordSize = or(c.RecordSize, record.MaxPlaintext)
	p.MaxMessage = or(c.MaxMessage, defaultMaxMessage)
	p.MaxHeld = or(c.MaxHeld, defaultMaxHeld)
	switch {
	case p.RecordSize < 1 || p.RecordSize > record.MaxPlaintext:
		return invalid("RecordSize of %d bytes", p.RecordSize)
	case p.MaxMessage < 0 || p.MaxMessage > messages.HandshakeHeaderLen+messages.MaxHandshakeLen:
		return invalid("MaxMessage of %d bytes", p.MaxMessage)
	case c.UpdateAfter == 1:
		return invalid("UpdateAfter of a single record")
	case p.MaxHeld < 0:
		return invalid("MaxHeld of %d bytes", p.MaxHeld)
	}
	return nil
}

func (c *Common) compileAlgorithms(p *handshake.Policy) error {
	if err := c.compileSuites(p); err != nil {
		return err
	}
	p.Groups = orList(c.Groups, c.Profile.groups())
	for i, id := range p.Groups {
		if _, known := secrets.LookupGroup(id); !known || slices.Contains(p.Groups[:i], id) {
			return invalid("group %v is unknown or named twice", id)
		}
	}
	if err := c.checkFiniteFields(p); err != nil {
		return err
	}
	if err := checkCurves(p); err != nil {
		return err
	}
	p.Schemes = orList(c.Schemes, defaultSchemes)
	for _, scheme := range p.Schemes {
		if !handshake.SignsHandshakes(scheme) && p.MinVersion == messages.TLS13 {
			return invalid("scheme %v does not sign handshakes of TLS 1.3", scheme)
		}
	}
	switch {
	case len(c.SchemesCert) > 0:
		p.SchemesCert = c.SchemesCert
	case len(c.Schemes) > 0:
		p.SchemesCert = c.Schemes
	default:
		p.SchemesCert = defaultSchemesCert
	}
	p.Offered = p.SchemesCert
	if len(c.Schemes)+len(c.SchemesCert) > 0 {
		p.Offered = handshake.OfferSchemes(p.Schemes, p.SchemesCert)
	}
	if slices.ContainsFunc(p.Offered, obsolete) {
		return invalid("a scheme that nobody is to offer is among %v", p.Offered)
	}
	// Questions and hellos show these lists: a hook that changes one changes
	// no other policy's.
	for _, list := range []*[]messages.SignatureScheme{&p.Schemes, &p.SchemesCert, &p.Offered} {
		*list = handshake.SHA1Last(*list)
	}
	p.Suites, p.Groups = slices.Clone(p.Suites), slices.Clone(p.Groups)
	p.Curves, p.FiniteFields = handshake.Curves(p.Groups), handshake.FiniteFields(p.Groups)
	return nil
}

// checkFiniteFields checks that there is a group for the suites of DHE. Where the
// profile brought them and the config names other groups, they are left out.
func (c *Common) checkFiniteFields(p *handshake.Policy) error {
	if !p.HasFiniteField() || len(handshake.FiniteFields(p.Groups)) > 0 {
		return nil
	}
	if len(c.CipherSuites) > 0 {
		return invalid("suites of DHE without a group of RFC 7919")
	}
	leaveOut(p, secrets.KeyExchange.FiniteField)
	return nil
}

// checkCurves leaves the suites of ECDHE out where no group is a curve: a hello of
// TLS 1.2 has no groups to show for them, as it may not show post-quantum ones.
func checkCurves(p *handshake.Policy) error {
	if p.HasCurves() && len(handshake.Curves(p.Groups)) == 0 {
		leaveOut(p, secrets.KeyExchange.Curves)
	}
	if len(p.Suites12) == 0 && !p.Allows(messages.TLS13) {
		return invalid("no cipher suite is for %v with the groups %v", messages.TLS12, p.Groups)
	}
	return nil
}

// leaveOut removes the suites of TLS 1.2 of some key exchange.
func leaveOut(p *handshake.Policy, exchange func(secrets.KeyExchange) bool) {
	p.Suites12 = slices.DeleteFunc(p.Suites12, func(id messages.CipherSuite) bool {
		suite, _ := secrets.LookupSuite12(id)
		return exchange(suite.KeyExchange)
	})
	p.Suites = slices.Concat(p.Suites13, p.Suites12)
}

// obsolete tells whether a scheme is, by the bytes that TLS 1.2 has for hash and
// signature, without either, or of MD5, SHA-224 or DSA
// (RFC 5246, Section 7.4.1.4.1, and RFC 8446, Section 4.2.3).
func obsolete(scheme messages.SignatureScheme) bool {
	const anonymous, dsa, none, md5, sha224, sha512 = 0, 2, 0, 1, 3, 6
	hash, signature := scheme>>8, scheme&0xff
	return signature == anonymous || hash == none || hash == md5 || hash == sha224 || hash <= sha512 && signature == dsa
}

// compileSuites parts the suites by version, and keeps those of the versions
// that are allowed.
func (c *Common) compileSuites(p *handshake.Policy) error {
	all := orList(c.CipherSuites, c.Profile.suites())
	for i, id := range all {
		_, is13 := secrets.LookupSuite(id)
		suite12, is12 := secrets.LookupSuite12(id)
		switch {
		case slices.Contains(all[:i], id) || !is13 && !is12:
			return invalid("cipher suite %v is unknown or named twice", id)
		case is12 && suite12.KeyExchange == secrets.KeyExchangeRSAPSK:
			return invalid("cipher suite %v: its key exchange is not there", id)
		case is12 && suite12.KeyExchange == secrets.KeyExchangeRSA && c.Profile != Legacy:
			return invalid("cipher suite %v takes the legacy profile", id)
		case is13 && p.Allows(messages.TLS13):
			p.Suites13 = append(p.Suites13, id)
		case is12 && p.Allows(messages.TLS12):
			p.Suites12 = append(p.Suites12, id)
		}
	}
	p.Suites = slices.Concat(p.Suites13, p.Suites12)
	for version, suites := range map[messages.Version][]messages.CipherSuite{
		messages.TLS13: p.Suites13, messages.TLS12: p.Suites12,
	} {
		if p.Allows(version) && len(suites) == 0 {
			return invalid("no cipher suite is for %v", version)
		}
	}
	return nil
}

// firstShares are the groups to send shares for at once: the most preferred,
// and a classical one beside it if that is post-quantum.
func firstShares(groups []messages.Group) []messages.Group {
	shares := groups[:1:1]
	if !handshake.PostQuantum(groups[0]) {
		return shares
	}
	for _, group := range groups[1:] {
		if !handshake.PostQuantum(group) {
			return append(shares, group)
		}
	}
	return shares
}

func checkALPN(protocols []string) error {
	total := 0
	for _, protocol := range protocols {
		if len(protocol) == 0 || len(protocol) > 255 {
			return invalid("ALPN protocol of %d bytes", len(protocol))
		}
		total += 1 + len(protocol)
	}
	if total > 1<<15 {
		return invalid("ALPN protocols of %d bytes", total)
	}
	return nil
}

// addressLike tells an IP address from a host name: no top-level domain is a
// number, and no name has a colon.
func addressLike(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return strings.ContainsRune(name, ':') || last != "" && strings.Trim(last, "0123456789") == ""
}

func invalid(format string, arguments ...any) error {
	return fmt.Errorf("%w: config: %s", ErrMisuse, fmt.Sprintf(format, arguments...))
}

func or(value, otherwise int) int {
	if value == 0 {
		return otherwise
	}
	return value
}

func orList[T any](list, otherwise []T) []T {
	if len(list) == 0 {
		return otherwise
	}
	return list
}
