package quic

import (
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/tacitls/tacitls/adapters/answer"
	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
)

// QUICConfig configures connections. It must neither change nor be copied once in
// use; any number of connections and goroutines may share one, and should: it is
// compiled once.
type QUICConfig struct {
	// Client is the config of QUICClient, Server that of QUICServer. Either needs
	// ALPN (RFC 9001, Section 8.1). One without Rand gets that of crypto/rand here.
	// A server sends tickets when [QUICConn.SendSessionTicket] says so, whatever its
	// Tickets is.
	Client *engine.ClientConfig
	Server *engine.ServerConfig
	// Answers answer the questions of the engine, but for transport parameters. A nil
	// answer leaves the question open, for [QUICConn.Answer]; so do nil Answers.
	//
	// Answers that are an [answer.SessionKeeper] keep the sessions of the server that
	// the client's config names, and give one to resume, unless the config has one.
	// The name that they are kept by has [SessionSuffix] behind it.
	Answers answer.Answerer
	// EnableSessionEvents asks for QUICResumeSession and QUICStoreSession. Sessions
	// are then kept by [QUICConn.StoreSession] alone.
	EnableSessionEvents bool
	// EnableKeyEvents asks for QUICDiscardKeys, QUICHandshakeConfirmed and
	// QUICAcceptedEarlyData, which crypto/tls does not have.
	EnableKeyEvents bool
	// Now tells the time; nil is time.Now. With the same times, entropy, answers and
	// calls a connection gives the same events.
	Now func() time.Time
	// Observe, if there, sees every event of the engines, the secrets for a key log
	// among them where the config has KeyLog. It must be safe for concurrent use, keep
	// no bytes of a Send, and not use the connection.
	Observe func(events.Event)

	client atomic.Pointer[engine.ClientPolicy]
	server atomic.Pointer[engine.ServerPolicy]
}

// SessionSuffix is what the name of a server has behind it where a client's sessions
// are kept: those of TLS over TCP, which may be in the same place, serve for nothing
// here.
const SessionSuffix = " over QUIC"

// clientPolicy compiles the client's config, the first time. Two that do so at once
// come to the same.
func (c *QUICConfig) clientPolicy() (*engine.ClientPolicy, error) {
	if policy := c.client.Load(); policy != nil {
		return policy, nil
	}
	config := c.Client
	if config != nil && config.Rand == nil {
		filled := *config
		filled.Rand = rand.Reader
		config = &filled
	}
	policy, err := config.CompileQUIC()
	if err == nil {
		c.client.Store(policy)
	}
	return policy, err
}

// serverPolicy compiles the server's config, the first time.
func (c *QUICConfig) serverPolicy() (*engine.ServerPolicy, error) {
	if policy := c.server.Load(); policy != nil {
		return policy, nil
	}
	policy, err := serverConfig(c.Server).CompileQUIC()
	if err == nil {
		c.server.Store(policy)
	}
	return policy, err
}

// serverConfig is a config with the Rand of crypto/rand where it has none, and
// without tickets that nobody asks for.
func serverConfig(config *engine.ServerConfig) *engine.ServerConfig {
	if config == nil {
		return nil
	}
	filled := *config
	filled.Tickets = -1
	if filled.Rand == nil {
		filled.Rand = rand.Reader
	}
	return &filled
}

// prepared is an answer, with its config made one of this package's if it has one.
func prepared(reply events.Answer) events.Answer {
	chosen, ok := reply.(*events.ConfigChosen)
	if !ok || chosen == nil {
		return reply
	}
	config, ok := chosen.Config.(*engine.ServerConfig)
	if !ok || config == nil {
		return reply
	}
	return &events.ConfigChosen{Replied: chosen.Replied, Config: serverConfig(config)}
}

func (c *QUICConfig) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
