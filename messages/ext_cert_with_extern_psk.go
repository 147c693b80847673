package messages

import "github.com/tacitls/tacitls/messages/wire"

// CertWithExternPSK asks for certificates beside an external pre-shared key, and says in the ServerHello that they
// come. RFC 8773, Section 5.
type CertWithExternPSK struct{}

// ExtensionType returns ExtensionCertWithExternPSK.
func (b *CertWithExternPSK) ExtensionType() ExtensionType { return ExtensionCertWithExternPSK }

func (b *CertWithExternPSK) layout(*wire.Codec) {}
