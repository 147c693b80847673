package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
)

const (
	// presetTickets is how many tickets a server sends after a handshake.
	presetTickets = 2

	// presetEarlyData is how many bytes of early data a server takes.
	presetEarlyData = 14336

	// presetMaxMessage bounds a message of the peer's in bytes, unless -max-cert-list gives another bound.
	presetMaxMessage = 100 << 10
)

// schemeOfTLS11 is the number by which BoringSSL knows how TLS 1.1 signs with RSA. It never is on the wire.
const schemeOfTLS11 messages.SignatureScheme = 0xff01

func common(o *options) (engine.Common, error) {
	preset := presetOf(o)
	low, high := versionsOf(o)
	suites, err := suitesOf(o)
	if err != nil {
		return engine.Common{}, err
	}
	config := engine.Common{
		MinVersion:   low,
		MaxVersion:   high,
		Profile:      engine.Legacy,
		Rand:         entropy,
		Groups:       preset.groups,
		CipherSuites: suites,
		KeyLog:       o.ExportTrafficSecrets,
		MaxMessage:   presetMaxMessage,
		RecordSize:   recordSize(o),
		Trace:        true,

		CertificateCompression: compressionsOf(o),
		PeerCertificateTypes:   kinds(o.AcceptedPeerCertificateTypes),
	}
	useKeys(o, &config)
	config.DraftParameters = o.QUICUseLegacyCodepoint == 1
	switch {
	case o.RenegotiateOnce:
		config.Renegotiation = engine.RenegotiateOnce
	case o.RenegotiateFreely:
		config.Renegotiation = engine.RenegotiateFreely
	case o.RenegotiateExplicit:
		config.Renegotiation = engine.RenegotiateExplicitly
	}
	if len(o.Curves) > 0 {
		config.Groups = numbers[messages.Group](o.Curves)
	}
	if o.MaxCertificateList > 0 {
		config.MaxMessage = o.MaxCertificateList + messages.HandshakeHeaderLen
	}
	accepted := preset.verify
	if low >= messages.TLS13 {
		accepted = slices.DeleteFunc(slices.Clone(accepted), isSHA1)
	}
	if len(o.VerifyPreferences) > 0 {
		accepted = slices.DeleteFunc(numbers[messages.SignatureScheme](o.VerifyPreferences),
			func(s messages.SignatureScheme) bool { return s == schemeOfTLS11 })
	}
	config.SchemesCert = accepted
	for _, scheme := range accepted {
		if signsHandshakes(scheme, low) {
			config.Schemes = append(config.Schemes, scheme)
		}
	}
	if len(config.Schemes) == 0 {
		return config, &unsupportedError{what: fmt.Sprintf("to accept no schemes but %v", accepted)}
	}
	return config, nil
}

// recordSize is what a record may hold: nothing to speak of where there are none.
func recordSize(o *options) int {
	if o.QUIC {
		return 0
	}
	return o.MaxSendFragment
}

// signsHandshakes leaves out what is taken in chains only from the version low on, or not at all.
func signsHandshakes(scheme messages.SignatureScheme, low messages.Version) bool {
	switch scheme {
	case messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512, messages.RSAPKCS1SHA1, messages.ECDSASHA1:
		return low < messages.TLS13
	case messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512, messages.Ed25519,
		messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
		messages.RSAPSSPSSSHA256, messages.RSAPSSPSSSHA384, messages.RSAPSSPSSSHA512,
		messages.MLDSA44, messages.MLDSA65, messages.MLDSA87:
		return true
	}
	return false
}

func isSHA1(scheme messages.SignatureScheme) bool {
	return scheme == messages.RSAPKCS1SHA1 || scheme == messages.ECDSASHA1
}

// sharesOf are the groups that a client sends shares for: of those the server is believed to have the most preferred, or else those that it was told.
func sharesOf(o *options, groups []messages.Group) []messages.Group {
	hint := numbers[messages.Group](o.ServerSupportedGroupsHint)
	for _, group := range groups {
		if slices.Contains(hint, group) {
			return []messages.Group{group}
		}
	}
	if o.KeyShares != nil {
		return numbers[messages.Group](*o.KeyShares)
	}
	return firstShares(groups)
}

// firstShares are the groups that a client sends shares for unless told: of either kind, post-quantum and classical, the most preferred.
func firstShares(groups []messages.Group) []messages.Group {
	var shares []messages.Group
	seen := map[bool]bool{}
	for _, group := range groups {
		kind := postQuantum(group)
		if !seen[kind] {
			seen[kind] = true
			shares = append(shares, group)
		}
	}
	return shares
}

func clientConfig(o *options) (*engine.ClientConfig, error) {
	shared, err := common(o)
	if err != nil {
		return nil, err
	}
	config := &engine.ClientConfig{Common: shared, ServerName: o.HostName, NoTickets: o.NoTicket, ReverifyOnResume: o.ReverifyOnResume,
		ShuffleExtensions: o.PermuteExtensions,
		FalseStart:        o.FalseStart, FalseStartWithoutALPN: o.AllowFalseStartWithoutALPN, Fallback: o.FallbackSCSV, EarlyData: o.EnableEarlyData}
	config.GREASE, config.RequestOCSP, config.RequestSCTs = o.EnableGrease, o.EnableOCSPStapling, o.EnableSignedCertificateTimestamps
	config.KeyShares = sharesOf(o, shared.Groups)
	if config.ALPN, err = protocols(o.AdvertiseALPN); err != nil {
		return nil, err
	}
	config.Authorities, err = names(o.UseClientCAList)
	return config, err
}

func serverConfig(o *options) (*engine.ServerConfig, error) {
	shared, err := common(o)
	if err != nil {
		return nil, err
	}
	config := &engine.ServerConfig{
		Common:           shared,
		ChooseConfig:     true,
		NoTickets:        o.NoTicket,
		Tickets:          presetTickets,
		Sessions:         true,
		PSKHint:          []byte(o.PSKIdentity),
		ReverifyOnResume: o.ReverifyOnResume,
		NoServerNameAck:  o.NoServerNameAck,
	}
	config.GREASE = true // which a server of BoringSSL's always sends
	if o.EnableEarlyData {
		config.MaxEarlyData = presetEarlyData
	}
	config.EarlyDataContext = []byte(o.QUICEarlyDataContext)
	switch {
	case shared.RequirePSK:
	case o.VerifyPeer:
		config.ClientAuth = engine.RequestClientCert
	case o.RequireAnyClientCertificate:
		config.ClientAuth = engine.RequireClientCert
	}
	if o.SelectALPN != "" && !o.DeclineALPN && !o.RejectALPN {
		config.ALPN = []string{o.SelectALPN}
	}
	if o.QUIC && len(config.ALPN) == 0 {
		config.ALPN = []string{"that no client offers"}
	}
	config.Authorities, err = names(o.UseClientCAList)
	return config, err
}

func numbers[T ~uint16](list []uint16) []T {
	converted := make([]T, len(list))
	for i, number := range list {
		converted[i] = T(number)
	}
	return converted
}

// protocols takes a list in the form of the wire apart: each name with its length before it.
func protocols(list string) ([]string, error) {
	var all []string
	for len(list) > 0 {
		size := int(list[0])
		if len(list) < 1+size {
			return nil, &faultError{what: "a list of protocols ends early"}
		}
		all, list = append(all, list[1:1+size]), list[1+size:]
	}
	return all, nil
}

// names reads distinguished names: hex, with commas between, or a word for no names.
func names(list string) ([][]byte, error) {
	if list == "" || list == "<NULL>" || list == "<EMPTY>" {
		return nil, nil
	}
	var all [][]byte
	for _, text := range strings.Split(list, ",") {
		name, err := hex.DecodeString(text)
		if err != nil {
			return nil, &faultError{what: fmt.Sprintf("a name that is not in hex: %q", text)}
		}
		all = append(all, name)
	}
	return all, nil
}
