package main

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

const (
	// presetTickets is how many tickets a server sends after a handshake.
	presetTickets = 2

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
		Rand:         entropy,
		Groups:       preset.groups,
		CipherSuites: suites,
		KeyLog:       o.ExportTrafficSecrets,
		MaxMessage:   presetMaxMessage,
		RecordSize:   o.MaxSendFragment,
	}
	if len(o.Curves) > 0 {
		config.Groups = numbers[messages.Group](o.Curves)
	}
	if o.MaxCertificateList > 0 {
		config.MaxMessage = o.MaxCertificateList + messages.HandshakeHeaderLen
	}
	accepted := preset.verify
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

// signsHandshakes leaves out what is taken in chains only from the version low on, or not at all.
func signsHandshakes(scheme messages.SignatureScheme, low messages.Version) bool {
	switch scheme {
	case messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512:
		return low < messages.TLS13
	case messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512, messages.Ed25519,
		messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
		messages.RSAPSSPSSSHA256, messages.RSAPSSPSSSHA384, messages.RSAPSSPSSSHA512:
		return true
	}
	return false
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
		RequestOCSP: o.EnableOCSPStapling, RequestSCTs: o.EnableSignedCertificateTimestamps}
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
		ReverifyOnResume: o.ReverifyOnResume,
	}
	switch {
	case o.VerifyPeer:
		config.ClientAuth = engine.RequestClientCert
	case o.RequireAnyClientCertificate:
		config.ClientAuth = engine.RequireClientCert
	}
	if o.SelectALPN != "" && !o.DeclineALPN && !o.RejectALPN {
		config.ALPN = []string{o.SelectALPN}
	}
	config.Authorities, err = names(o.UseClientCAList)
	return config, err
}

// chosenConfig is the server's config once the client's hello is known: unless its own order counts, groups and suites go by the client's.
func chosenConfig(base *engine.ServerConfig, o *options, hello *events.ClientHello) *engine.ServerConfig {
	config := *base
	preset := presetOf(o)
	if !o.ServerPreference && !preset.ownOrder {
		theirs := hello.Groups
		config.Groups = slices.Clone(config.Groups)
		slices.SortStableFunc(config.Groups, func(a, b messages.Group) int { return place(theirs, a) - place(theirs, b) })
	}
	if !o.ServerPreference && !preset.ownOrder && o.Cipher == "" {
		config.CipherSuites = byTheirOrder(config.CipherSuites, hello.CipherSuites)
	}
	if o.SelectEmptyALPN {
		config.ALPN = []string{""}
	}
	return &config
}

// place is where something stands in a list, its end if nowhere.
func place[T comparable](list []T, item T) int {
	if at := slices.Index(list, item); at >= 0 {
		return at
	}
	return len(list)
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
