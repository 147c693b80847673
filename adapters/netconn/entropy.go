package netconn

import (
	"crypto/rand"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// clientEntropy is the config with the Rand of crypto/rand where it has none.
func clientEntropy(config *engine.ClientConfig) *engine.ClientConfig {
	if config == nil || config.Rand != nil {
		return config
	}
	filled := *config
	filled.Rand = rand.Reader
	return &filled
}

// withEntropy gives a config that an answer has chosen the Rand of crypto/rand, where
// it has none.
func withEntropy(reply events.Answer) events.Answer {
	chosen, ok := reply.(*events.ConfigChosen)
	if !ok {
		return reply
	}
	config, ok := chosen.Config.(*engine.ServerConfig)
	if !ok || config == nil || config.Rand != nil {
		return reply
	}
	return &events.ConfigChosen{Replied: chosen.Replied, Config: serverEntropy(config)}
}

// serverEntropy is the config with the Rand of crypto/rand where it has none.
func serverEntropy(config *engine.ServerConfig) *engine.ServerConfig {
	if config == nil || config.Rand != nil {
		return config
	}
	filled := *config
	filled.Rand = rand.Reader
	return &filled
}
