package engine

import (
	"reflect"

	"github.com/tacitls/tacitls/engine/internal/handshake"
	"github.com/tacitls/tacitls/messages"
)

// SetRewrite has rewrite replace the messages that e sends.
func (e *Engine) SetRewrite(rewrite func(m messages.Message, raw []byte) []byte) {
	e.hs.Rewrite = rewrite
}

// OfferToo adds to the extensions that a client which waits for a ServerHello
// holds for offered. It goes with a rewritten ClientHello.
func (e *Engine) OfferToo(types ...messages.ExtensionType) {
	field := reflect.ValueOf(e.state).Elem().FieldByName("offer")
	offer := reflect.NewAt(reflect.TypeFor[handshake.Offer](), field.UnsafePointer()).Interface().(*handshake.Offer)
	offer.Types = append(offer.Types, types...)
}
