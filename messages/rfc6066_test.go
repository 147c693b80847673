package messages

import "testing"

// covers 6066/11.1/2
func TestNoLengthInServerNameReachesBeyondIt(t *testing.T) {
	lengths := []int{0x00ff, 0x0100, 0x7fff, 0x8000, 0xfffe, 0xffff}
	for n := range 12 {
		lengths = append(lengths, n)
	}
	for _, list := range lengths {
		for _, name := range lengths {
			x := &Extensions{List: []Extension{{
				Type: ExtensionServerName,
				Data: []byte{byte(list >> 8), byte(list), 0, byte(name >> 8), byte(name), 'a', 'b', 'c'},
			}}}
			var offer ServerNameOffer
			_, err := x.Get(&offer)
			if right := list == 6 && name == 3; (err == nil) != right || right && string(offer.Name) != "abc" {
				t.Errorf("a list of %d bytes with a name of %d: %q, %v", list, name, offer.Name, err)
			}
		}
	}
}
