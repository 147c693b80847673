package flags

import (
	"fmt"
	"slices"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// Schemes is a flag that lists the signature schemes to take from the peer.
type Schemes []messages.SignatureScheme

// String implements flag.Value.
func (s *Schemes) String() string { return "" }

// Set implements flag.Value.
func (s *Schemes) Set(value string) error {
	list, err := List("schemes", value)
	if err != nil {
		return err
	}
	for _, name := range list {
		scheme, known := messages.ParseSignatureScheme(name)
		if _, there := secrets.HashOf(scheme); !known || !there {
			return fmt.Errorf("%q is no signature scheme that can be taken", name)
		}
		*s = append(*s, scheme)
	}
	return nil
}

// ofChains are schemes that authorities sign with, and that no list of schemes
// for handshakes leaves out.
var ofChains = []messages.SignatureScheme{
	messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512, messages.Ed25519,
	messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
	messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512,
}

// Configure sets the schemes of a config, if any are named.
func (s Schemes) Configure(config *engine.Common) {
	if len(s) == 0 {
		return
	}
	config.Schemes, config.SchemesCert = s, slices.Clone(ofChains)
	for _, scheme := range s {
		if !slices.Contains(ofChains, scheme) {
			config.SchemesCert = append(config.SchemesCert, scheme)
		}
	}
}
