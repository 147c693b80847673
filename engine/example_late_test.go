package engine_test

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/internal/testkit"
)

// A question that takes its time: the signature comes from another goroutine,
// as from a signer on another machine, while the loop goes on with whatever
// comes first. The engine is used by the loop alone.
func ExampleEngine_Answer_late() {
	toServer, toClient := make(chan []byte, 16), make(chan []byte, 16)
	go greet(&memory{in: toClient, out: toServer})

	server, err := engine.NewServer(&engine.ServerConfig{Common: engine.Common{Rand: rand.Reader}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ordinary := ordinaryServer()
	late := make(chan events.Answer, 1)
	var out events.Output
	for !server.Completed() {
		select {
		case b := <-toServer: // bytes that come meanwhile are held
			err = server.Receive(&out, now(), b)
		case a := <-late:
			fmt.Println("the signature is there")
			err = server.Answer(&out, now(), a)
		}
		for event := range out.All() {
			switch event := event.(type) {
			case *events.Send:
				toClient <- append([]byte(nil), event.Bytes...)
			case *events.Sign:
				go func() {
					time.Sleep(10 * time.Millisecond)
					late <- ordinary.Answer(now(), event)
				}()
			case *events.SealTicket:
				err = server.Answer(&out, now(), event.None())
			case events.Question:
				err = server.Answer(&out, now(), ordinary.Answer(now(), event))
			}
		}
		out.Reset()
		if err != nil { // the alert has been sent
			fmt.Println(err)
			return
		}
	}
	fmt.Println("complete")
	// Output:
	// the signature is there
	// complete
}

// greet is a client that shakes hands.
func greet(transport *memory) {
	client, err := engine.NewClient(&engine.ClientConfig{
		Common: engine.Common{Rand: rand.Reader}, ServerName: testkit.ServerName,
	})
	if err != nil {
		return
	}
	_ = drive(client, transport, &answer.Client{Roots: testkit.Roots()}, func(*events.Output, events.Event) error { return nil })
}

func ordinaryServer() *answer.Server {
	identity := testkit.Server(testkit.P256)
	certificate, err := answer.NewCertificate(identity.Chain, identity.Key)
	if err != nil {
		return &answer.Server{}
	}
	return &answer.Server{Certificates: []*answer.Certificate{certificate}}
}
