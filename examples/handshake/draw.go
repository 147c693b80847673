package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tacitls/tacitls/events"
)

// The drawing fits 100 columns, with a margin on both sides.
const (
	margin = "  "
	inner  = 94 // columns between the rails
	rail   = "│"
	// serverColumn is where the details of a server's message begin.
	serverColumn = 40
	clientColumn = 4
	// keyWidth is that of the first word of a detail.
	keyWidth = 11
)

// span is text in one style; a row is spans from rail to rail.
type span struct {
	style style
	text  string
}

func (l *ladder) row(left string, spans []span, right string) {
	width := 0
	var b strings.Builder
	b.WriteString(margin + l.rail(left))
	for _, s := range spans {
		width += utf8.RuneCountInString(s.text)
		b.WriteString(l.paint(s.style, s.text))
	}
	b.WriteString(strings.Repeat(" ", max(0, inner-width)))
	b.WriteString(l.rail(right))
	fmt.Fprintln(l.w, b.String())
}

// rail paints what stands at a rail.
func (l *ladder) rail(mark string) string {
	switch mark {
	case "◆":
		return l.paint(key, mark)
	case "?", "!":
		return l.paint(question, mark)
	case "●":
		return l.paint(fact, mark)
	case "✗":
		return l.paint(failure, mark)
	}
	return l.paint(dim, mark)
}

func (l *ladder) heading() {
	server := "server"
	if l.server != "" {
		server = l.server
	}
	gap := max(1, 1+inner+1-len("client")-utf8.RuneCountInString(server))
	fmt.Fprintf(l.w, "%s%s%s%s\n", margin, l.paint(client, "client"), strings.Repeat(" ", gap), l.paint(theServer, server))
}

// arrow draws a message on its way.
func (l *ladder) arrow(from events.Role, name, size string) {
	line := strings.Repeat("─", max(1, inner-len(name)-len(size)-8))
	if from == events.Client {
		l.row("├", []span{{client, "── "}, {strong, name}, {client, " " + line + " "}, {plain, size}, {client, " ─▶"}}, rail)
		return
	}
	l.row(rail, []span{{theServer, "◀─ "}, {plain, size}, {theServer, " " + line + " "}, {strong, name}, {theServer, " ──"}}, "┤")
}

// dotted draws a record on its way.
func (l *ladder) dotted(from events.Role, text string) {
	line := strings.Repeat("╌", max(1, inner-utf8.RuneCountInString(text)-6))
	if from == events.Client {
		l.row(rail, []span{{dim, "╌╌ " + text + " " + line + "╌▷"}}, rail)
		return
	}
	l.row(rail, []span{{dim, "◁╌" + line + " " + text + " ╌╌"}}, rail)
}

// detail draws what a message says, wrapped under its first word.
func (l *ladder) detail(from events.Role, d detail) {
	column := columnOf(from)
	for i, line := range wrap(d.values, ", ", inner-column-keyWidth-1) {
		label := ""
		if i == 0 {
			label = d.key
		}
		l.row(rail, []span{
			{plain, strings.Repeat(" ", column)},
			{dim, fmt.Sprintf("%-*s", keyWidth, label)},
			{plain, line},
		}, rail)
	}
}

// dump draws the bytes of a message.
func (l *ladder) dump(from events.Role, raw []byte) {
	const width = 16
	for at := 0; at < len(raw); at += width {
		part := raw[at:min(at+width, len(raw))]
		text := fmt.Sprintf("%s%04x  % x", strings.Repeat(" ", columnOf(from)), at, part)
		l.row(rail, []span{{dim, text}}, rail)
	}
}

// atRail draws what an end does, at its own rail.
func (l *ladder) atRail(at events.Role, mark string, s style, text string) {
	if at == events.Client {
		l.row(mark, []span{{s, " " + text}}, rail)
		return
	}
	gap := strings.Repeat(" ", max(0, inner-1-utf8.RuneCountInString(text)))
	l.row(rail, []span{{plain, gap}, {s, text + " "}}, mark)
}

func columnOf(from events.Role) int {
	if from == events.Client {
		return clientColumn
	}
	return serverColumn
}

// wrap joins words to lines of at most width columns; a longer word is cut.
func wrap(words []string, separator string, width int) []string {
	var lines []string
	line := ""
	for i, word := range words {
		if i < len(words)-1 {
			word += strings.TrimRight(separator, " ")
		}
		for utf8.RuneCountInString(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			runes := []rune(word)
			lines, word = append(lines, string(runes[:width])), string(runes[width:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
