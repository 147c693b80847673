package main

// style is what a part of the drawing is.
type style int

const (
	plain style = iota
	dim
	strong
	client
	theServer
	key
	question
	fact
	failure
)

// painter puts text into the colours of a style.
type painter func(style, string) string

// palette is a painter for a terminal, or one that leaves text as it is.
func palette(colour bool) painter {
	if !colour {
		return func(_ style, text string) string { return text }
	}
	codes := map[style]string{
		dim: "2", strong: "1", client: "36", theServer: "35",
		key: "33", question: "34", fact: "32", failure: "1;31",
	}
	return func(s style, text string) string {
		code, painted := codes[s]
		if !painted || text == "" {
			return text
		}
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
}
