package main

import (
	"bytes"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/events"
)

// answers are the ready ones, and a pre-shared key with its hash.
type answers struct {
	answer.Server
	psk *answer.PSK // or nil
}

// Answer implements [answer.Answerer].
func (a *answers) Answer(now time.Time, q events.Question) events.Answer {
	if choose, ok := q.(*events.ChoosePSK); ok && a.psk != nil {
		for i, identity := range choose.Identities {
			if bytes.Equal(identity, a.psk.Identity) {
				return choose.ReplyWith(i, &events.PSK{Identity: identity, Key: a.psk.Key, Hash: a.psk.Hash})
			}
		}
	}
	return a.Server.Answer(now, q)
}
