package main

import (
	"os"
	"strings"
	"testing"
)

// suiteFlags reads the list of the suite's flags: name, form, list or once, owner.
func suiteFlags(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("testdata/flags.txt")
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if len(fields) != 4 {
			t.Fatalf("testdata/flags.txt: %q does not have four fields", line)
		}
		flags[strings.TrimPrefix(fields[0], "-")] = fields[1:]
	}
	return flags
}

func TestTheTableHoldsEveryFlagOfTheSuiteAndNoOther(t *testing.T) {
	suite, rows := suiteFlags(t), table()
	if len(suite) != 224 {
		t.Errorf("the suite has 224 flags, the list %d", len(suite))
	}
	for name := range suite {
		if _, known := rows[name]; !known {
			t.Errorf("the table lacks -%s", name)
		}
	}
	for name := range rows {
		if _, known := suite[name]; !known {
			t.Errorf("the suite has no -%s", name)
		}
	}
}

func TestEveryFlagTakesTheValueTheSuiteGivesIt(t *testing.T) {
	rows := table()
	for name, want := range suiteFlags(t) {
		row := rows[name]
		list := "once"
		if row.list {
			list = "list"
		}
		got := []string{string(row.value), list, string(row.owner)}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("-%s: got %v, want %v", name, got, want)
		}
	}
}

// sample is a value that a flag of this form can have.
func sample(value form) string {
	switch value {
	case formInt:
		return "7"
	case formBase64:
		return "AQID"
	case formPair:
		return "name,value"
	default:
		return "text"
	}
}

func TestEveryFlagCanBeGivenBareAndForEachPart(t *testing.T) {
	for name, row := range table() {
		for _, prefix := range []string{"", "-on-initial", "-on-resume", "-on-retry", "-on-shim", "-on-shim-on-resume"} {
			var arguments []string
			if row.owner == ofBlock {
				arguments = append(arguments, "-new-x509-credential")
			}
			arguments = append(arguments, prefix+"-"+name)
			if row.value != formNone {
				arguments = append(arguments, sample(row.value))
			}
			p, err := parse(arguments)
			if err != nil {
				t.Errorf("%q: %v", arguments, err)
				continue
			}
			part := strings.TrimPrefix(prefix, "-on-shim")
			for where, o := range map[string]*options{"-on-initial": p.initial, "-on-resume": p.resume, "-on-retry": p.retry} {
				if got, want := o.given[name], part == "" || part == where; got != want {
					t.Errorf("%q: reached %s: got %t, want %t", arguments, where, got, want)
				}
			}
		}
	}
}
