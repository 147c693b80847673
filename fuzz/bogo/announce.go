package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
)

// announce sends what a test wants to see of the secrets. It tells whether the conversation ends there.
func (p *endpoint) announce() (done bool, err error) {
	o := p.c.options
	if o.ExportKeyingMaterial > 0 || o.ExportTrafficSecrets || o.TLSUnique || o.SendAlert {
		if err := p.handshake(); err != nil {
			return false, err
		}
	}
	if o.ExportKeyingMaterial > 0 {
		exported, err := p.engine.Export(o.ExportLabel, exportContext(o), o.ExportKeyingMaterial)
		if errors.Is(err, engine.ErrNotReady) {
			return false, &namedError{reason: "HANDSHAKE_NOT_COMPLETE", err: err}
		}
		if err != nil {
			return false, fmt.Errorf("failed to export keying material: %w", err)
		}
		if err := p.write(exported); err != nil {
			return false, err
		}
	}
	if o.ExportTrafficSecrets {
		if len(p.read) == 0 || len(p.read) != len(p.seen.write) {
			return false, &faultError{what: "the engine told no traffic secrets"}
		}
		text := binary.LittleEndian.AppendUint16(nil, uint16(len(p.read)))
		if err := p.write(append(append(text, p.read...), p.seen.write...)); err != nil {
			return false, err
		}
	}
	if o.TLSUnique {
		if err := p.announceUnique(); err != nil {
			return false, err
		}
	}
	if !o.SendAlert {
		return false, nil
	}
	_ = p.do(func(out *events.Output, now time.Time) error {
		return p.engine.Abort(out, now, messages.AlertDecompressionFailure)
	})
	return true, nil
}

// announceUnique sends the channel binding, which has 12 bytes.
func (p *endpoint) announceUnique() error {
	unique, err := p.engine.TLSUnique()
	if err != nil {
		return fmt.Errorf("failed to get tls-unique: %w", err)
	}
	if len(unique) != 12 {
		return mismatch("the length of tls-unique", len(unique), 12)
	}
	return p.write(unique)
}

// exportBetween exports a byte after a read, where a flag wants that.
func (p *endpoint) exportBetween() error {
	if !p.c.options.UseExporterBetweenReads || p.engine.Err() != nil {
		return nil
	}
	if _, err := p.engine.Export("", nil, 1); err != nil {
		return fmt.Errorf("failed to export keying material: %w", err)
	}
	p.exportedAmidst = p.exportedAmidst || strings.HasPrefix(p.engine.State(), "waitRenegotiated")
	return nil
}

// exportContext is nil for no context, which TLS 1.2 tells from an empty one (RFC 5705, Section 4).
func exportContext(o *options) []byte {
	if !o.UseExportContext {
		return nil
	}
	return append([]byte{}, o.ExportContext...)
}

// keep remembers the traffic secrets that -export-traffic-secrets asks for.
func (p *endpoint) keep(event *events.SecretDerived) {
	secret := bytes.Clone(event.Secret.Bytes())
	switch {
	case event.Label == "CLIENT_TRAFFIC_SECRET_0" && p.c.options.Server, event.Label == "SERVER_TRAFFIC_SECRET_0" && !p.c.options.Server:
		p.read = secret
	case event.Label == "CLIENT_TRAFFIC_SECRET_0", event.Label == "SERVER_TRAFFIC_SECRET_0":
		p.seen.write = secret
	}
}
