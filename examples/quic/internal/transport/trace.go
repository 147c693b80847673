package transport

import (
	"fmt"
	"strings"

	"github.com/tacitls/tacitls/events"
)

// trace tells of a packet and its frames, in a line, if anybody wants to know.
func (c *Conn) trace(direction string, level events.Level, number uint64, payload []byte) {
	if c.config.Trace == nil {
		return
	}
	var frames []string
	for r := (reader{b: payload}); len(r.b) > 0; {
		f, err := readFrame(&r)
		if err != nil {
			frames = append(frames, "malformed")
			break
		}
		frames = append(frames, f.String())
	}
	c.config.Trace(fmt.Sprintf("%s %v %d, %d bytes: %s", direction, level, number, len(payload), strings.Join(frames, ", ")))
}

// String is the frame in a trace, without its bytes.
func (f *frame) String() string {
	switch f.kind {
	case framePadding:
		return fmt.Sprintf("padding %d", f.value)
	case frameAck:
		text := "ack"
		for i := len(f.acked) - 1; i >= 0; i-- {
			text += fmt.Sprintf(" %d-%d", f.acked[i].from, f.acked[i].to-1)
		}
		return text
	case frameCrypto:
		return fmt.Sprintf("crypto %d+%d", f.offset, len(f.data))
	case frameStream:
		text := fmt.Sprintf("stream %d: %d+%d", f.id, f.offset, len(f.data))
		if f.fin {
			text += " fin"
		}
		return text
	case frameClose, frameCloseApplication:
		return fmt.Sprintf("%s %s", frameNames[f.kind], codeName(f.value, f.kind == frameCloseApplication))
	case frameMaxData, frameMaxStreams, frameMaxStreamData:
		return fmt.Sprintf("%s %d", frameNames[f.kind], f.value)
	}
	return frameNames[f.kind]
}

// frameNames are those of a trace.
var frameNames = [...]string{
	framePing: "ping", frameResetStream: "reset_stream", frameStopSending: "stop_sending", frameNewToken: "new_token",
	frameMaxData: "max_data", frameMaxStreamData: "max_stream_data", frameMaxStreams: "max_streams",
	frameMaxStreamsUni: "max_streams (one way)", frameDataBlocked: "data_blocked", frameStreamDataBlocked: "stream_data_blocked",
	frameStreamsBlocked: "streams_blocked", frameStreamsBlockedUni: "streams_blocked (one way)",
	frameNewConnectionID: "new_connection_id", frameRetireConnectionID: "retire_connection_id",
	framePathChallenge: "path_challenge", framePathResponse: "path_response", frameClose: "connection_close",
	frameCloseApplication: "connection_close (application)", frameHandshakeDone: "handshake_done",
}
