package secrets

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/tacitls/tacitls/messages"
)

// covers 5246/4.7/1 5246/4.7/2
func TestASignatureOfPKCS1IsTakenInItsOneEncodingAlone(t *testing.T) {
	key := rsaKey(t)
	digest := sha256.Sum256([]byte("x"))
	for what, c := range map[string]struct {
		info string
		want error
	}{
		"DER, with NULL for the parameters":   {"3031300d060960864801650304020105000420", nil},
		"DER, without parameters":             {"302f300b06096086480165030402010420", ErrBadSignature},
		"BER, with a length in the long form": {"308131300d060960864801650304020105000420", ErrBadSignature},
		"BER, with an indefinite length":      {"3080300d060960864801650304020105000420", ErrBadSignature},
		"parameters of another kind":          {"3031300d060960864801650304020104000420", ErrBadSignature},
		"the name of another hash":            {"3031300d060960864801650304020205000420", ErrBadSignature},
	} {
		info := append(unhex(t, c.info), digest[:]...)
		padding := bytes.Repeat([]byte{0xff}, key.Size()-3-len(info))
		block := new(big.Int).SetBytes(append(append([]byte{0, 1}, append(padding, 0)...), info...))
		signature := block.Exp(block, key.D, key.N).FillBytes(make([]byte, key.Size()))
		wantError(t, what, VerifySignature(Rules12, &key.PublicKey, messages.RSAPKCS1SHA256, []byte("x"), signature), c.want)
	}
}
