package netconn_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/adapters/netconn"
	"github.com/tacitls/tacitls/engine"
)

func TestNoVerbPrintsWhatAConnectionKnows(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c, err := netconn.Client(ours, &engine.ClientConfig{}, &answer.Client{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if got := fmt.Sprintf(verb, c); got != "conn(pipe, pipe)" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
