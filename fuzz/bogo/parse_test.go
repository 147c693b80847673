package main

import (
	"bytes"
	"crypto"
	"errors"
	"reflect"
	"testing"
)

func mustParse(t *testing.T, why string, arguments ...string) *plan {
	t.Helper()
	p, err := parse(arguments)
	if err != nil {
		t.Fatalf("%s: %v", why, err)
	}
	return p
}

func want[T any](t *testing.T, why string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", why, got, want)
	}
}

func TestABareFlagSpeaksOfEveryConnection(t *testing.T) {
	p := mustParse(t, "a bare flag", "-min-version", "771", "-verify-peer")
	for _, o := range []*options{p.initial, p.resume, p.retry} {
		want(t, "the number", o.MinVersion, uint16(771))
		want(t, "the truth", o.VerifyPeer, true)
	}
}

func TestAPrefixNamesOnePart(t *testing.T) {
	p := mustParse(t, "one flag for each part",
		"-on-initial-max-version", "771", "-on-resume-max-version", "772", "-on-retry-expect-no-session")
	want(t, "the first connection", p.initial.MaxVersion, uint16(771))
	want(t, "the resumption", p.resume.MaxVersion, uint16(772))
	want(t, "the retry", p.retry.MaxVersion, uint16(0))
	want(t, "the retry's own flag", p.retry.ExpectNoSession, true)
	want(t, "which the others lack", p.initial.ExpectNoSession || p.resume.ExpectNoSession, false)
}

func TestAFlagOfTheHandshakerIsSkippedWithItsValue(t *testing.T) {
	p := mustParse(t, "a value that looks like a flag", "-on-handshaker-key-file", "-server", "-on-shim-key-file", "mine")
	want(t, "the flag of the shim", p.initial.Default.KeyFile, "mine")
	want(t, "the value that looked like a flag", p.initial.Server, false)
}

func TestDefaultsHoldUntilAFlagSpeaks(t *testing.T) {
	p := mustParse(t, "no flags")
	want(t, "the first write", p.initial.ShimInitialWrite, "hello")
	want(t, "how often", p.resume.RepeatShimInitialWrite, 1)
	want(t, "the number of ALPS", p.retry.ALPSUseNewCodepoint, 1)
	want(t, "the number of QUIC's parameters", p.initial.QUICUseLegacyCodepoint, -1)
	want(t, "an optional number", p.initial.ExpectSelectedCredential == nil, true)
	want(t, "an optional list", p.initial.KeyShares == nil, true)
}

func TestAListGrowsAndAnythingElseIsReplaced(t *testing.T) {
	p := mustParse(t, "repeated flags", "-curves", "29", "-curves", "4588", "-host-name", "a", "-host-name", "b",
		"-ech-server-key", "AQ==", "-ech-server-key", "Ag==", "-application-settings", "h2,x,y", "-application-settings", "foo,")
	want(t, "numbers", p.initial.Curves, []uint16{29, 4588})
	want(t, "a string", p.initial.HostName, "b")
	want(t, "byte strings", p.initial.ECHServerKey, [][]byte{{1}, {2}})
	want(t, "pairs", p.initial.ApplicationSettings, []pair{{"h2", "x,y"}, {"foo", ""}})
}

func TestAbsentAndEmptyDiffer(t *testing.T) {
	p := mustParse(t, "optional values", "-no-key-shares", "-requested-trust-anchors", "", "-expect-peer-application-settings", "",
		"-expect-selected-credential", "-1", "-expect-not-resumable-across-names", "-on-resume-key-shares", "23")
	want(t, "no key shares", *p.initial.KeyShares, []uint16(nil))
	want(t, "a share for the resumption", *p.resume.KeyShares, []uint16{23})
	want(t, "no anchors", len(*p.initial.RequestedTrustAnchors), 0)
	want(t, "no settings", *p.initial.ExpectPeerApplicationSettings, "")
	want(t, "the default credential", *p.initial.ExpectSelectedCredential, -1)
	want(t, "the opposite", *p.initial.ExpectResumableAcrossNames, false)
}

func TestStringsKeepTheirBytes(t *testing.T) {
	p := mustParse(t, "raw bytes", "-advertise-alpn", "\x03foo\x03bar", "-expect-msg-callback", "read hs 1\nwrite hs 2\n", "-psk", "-server")
	want(t, "lengths", p.initial.AdvertiseALPN, "\x03foo\x03bar")
	want(t, "newlines", p.initial.ExpectMsgCallback, "read hs 1\nwrite hs 2\n")
	want(t, "a value that looks like a flag", p.initial.PSK, "-server")
}

func TestCredentialFlagsGoToTheLatestBlockOfTheirPart(t *testing.T) {
	p := mustParse(t, "blocks", "-cert-file", "default.pem",
		"-new-x509-credential", "-cert-file", "first.pem", "-signing-prefs", "1027", "-signing-prefs", "2052", "-must-match-issuer",
		"-on-resume-new-psk-credential", "-on-resume-psk-importer-sha384", "-on-resume-psk-importer-key", "AQID", "-ocsp-response", "BA==")
	want(t, "the default", p.initial.Default.CertificateFile, "default.pem")
	want(t, "blocks of the first connection", len(p.initial.Blocks), 1)
	want(t, "blocks of the resumption", len(p.resume.Blocks), 2)
	want(t, "its file", p.initial.Blocks[0].CertificateFile, "first.pem")
	want(t, "its schemes", p.initial.Blocks[0].SigningPreferences, []uint16{1027, 2052})
	want(t, "its condition", p.initial.Blocks[0].MustMatchIssuer, true)
	want(t, "a bare flag, first connection", p.initial.Blocks[0].OCSPResponse, []byte{4})
	want(t, "the same flag, resumption", p.resume.Blocks[1].OCSPResponse, []byte{4})
	want(t, "and not the block before", p.resume.Blocks[0].OCSPResponse, []byte(nil))
	want(t, "kind", p.resume.Blocks[1].kind, importedKey)
	want(t, "hash", p.resume.Blocks[1].importerHash, crypto.SHA384)
	want(t, "parts share no block", p.initial.Blocks[0] != p.resume.Blocks[0], true)
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	for why, row := range map[string]struct {
		arguments   []string
		unsupported bool
	}{
		"a flag nobody knows":              {[]string{"-fly"}, true},
		"a prefix alone":                   {[]string{"-on-resume"}, true},
		"a prefix that runs into the name": {[]string{"-on-resumeserver"}, true},
		"two parts at once":                {[]string{"-on-initial-on-resume-server"}, true},
		"prefixes in the wrong order":      {[]string{"-on-resume-on-shim-server"}, true},
		"no dash":                          {[]string{"server"}, true},
		"two dashes":                       {[]string{"--server"}, true},
		"an empty argument":                {[]string{""}, true},
		"a value that is missing":          {[]string{"-port"}, false},
		"a number too wide":                {[]string{"-curves", "65536"}, false},
		"a type too wide":                  {[]string{"-accepted-peer-cert-types", "256"}, false},
		"a number below zero":              {[]string{"-curves", "-1"}, false},
		"a number with a plus":             {[]string{"-mtu", "+1"}, false},
		"a number in hex":                  {[]string{"-expect-cipher", "0x1301"}, false},
		"a number with a blank":            {[]string{"-mtu", " 1"}, false},
		"no number":                        {[]string{"-mtu", ""}, false},
		"base64 without padding":           {[]string{"-ocsp-response", "AQ"}, false},
		"base64 of URLs":                   {[]string{"-ticket-key", "-_-_"}, false},
		"a pair without a comma":           {[]string{"-application-settings", "h2"}, false},
		"a block's flag before any block":  {[]string{"-must-match-issuer"}, false},
		"a block opened in one part only":  {[]string{"-on-initial-new-x509-credential", "-must-match-issuer"}, false},
	} {
		_, err := parse(row.arguments)
		_, unsupported := errors.AsType[*unsupportedError](err)
		_, fault := errors.AsType[*faultError](err)
		if unsupported != row.unsupported || fault == row.unsupported {
			t.Errorf("%s: %q: got %v", why, row.arguments, err)
		}
	}
}

func TestNoByteStringIsShared(t *testing.T) {
	p := mustParse(t, "one value for three parts", "-ticket-key", "AQID")
	p.initial.TicketKey[0] = 9
	want(t, "the copy of the resumption", bytes.Equal(p.resume.TicketKey, []byte{1, 2, 3}), true)
}
