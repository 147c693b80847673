package main

import (
	"fmt"
	"strings"
)

// plan is the whole command line: what to do on the first connection, on the resumptions, and after early data was rejected.
type plan struct {
	initial, resume, retry *options
}

// parse reads the command line. A flag applies to all three parts of the plan unless its prefix names one. It returns an *unsupportedError
// for a flag that is not in the table and a *faultError for a value that cannot be read: the runner never writes one, so
// the parser is what is wrong.
func parse(arguments []string) (*plan, error) {
	p := &plan{initial: newOptions(), resume: newOptions(), retry: newOptions()}
	rows := table()
	for len(arguments) > 0 {
		argument := arguments[0]
		arguments = arguments[1:]

		name, here := forThisProcess(argument)
		name, targets := p.targets(name)
		f, known := rows[strings.TrimPrefix(name, "-")]
		if !known || !strings.HasPrefix(name, "-") {
			return nil, &unsupportedError{what: fmt.Sprintf("the flag %q", argument)}
		}

		value := ""
		if f.value != formNone {
			if len(arguments) == 0 {
				return nil, &faultError{what: fmt.Sprintf("%s stands at the end, without its value", argument)}
			}
			value, arguments = arguments[0], arguments[1:]
		}
		if !here {
			continue
		}
		for _, target := range targets {
			if err := f.set(target, value); err != nil {
				return nil, &faultError{what: fmt.Sprintf("%s %q: %v", argument, value, err)}
			}
			target.given[f.name] = true
		}
	}
	return p, nil
}

// forThisProcess takes off the prefix that tells the shim's flags from those of a second process that precomputes handshakes. A flag for that
// process keeps its place, and its value, on the command line.
func forThisProcess(argument string) (name string, here bool) {
	if rest, found := cutPrefix(argument, "-on-shim"); found {
		return rest, true
	}
	if rest, found := cutPrefix(argument, "-on-handshaker"); found {
		return rest, false
	}
	return argument, true
}

// targets takes off the prefix that names a part of the plan.
func (p *plan) targets(argument string) (name string, targets []*options) {
	for prefix, target := range map[string]*options{"-on-initial": p.initial, "-on-resume": p.resume, "-on-retry": p.retry} {
		if rest, found := cutPrefix(argument, prefix); found {
			return rest, []*options{target}
		}
	}
	return argument, []*options{p.initial, p.resume, p.retry}
}

// cutPrefix takes a prefix off a flag, which keeps its dash.
func cutPrefix(argument, prefix string) (rest string, found bool) {
	rest, found = strings.CutPrefix(argument, prefix)
	if !found || !strings.HasPrefix(rest, "-") {
		return argument, false
	}
	return rest, true
}
