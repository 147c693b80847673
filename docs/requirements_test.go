package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// requirement is one sentence of MUST level of a document. Its id is the
// document, the section, and which of the section's such sentences it is.
type requirement struct {
	id, level string
}

// document is the number of the RFC.
func (r requirement) document() string { return strings.Split(r.id, "/")[0] }

// section is where the sentence stands.
func (r requirement) section() string {
	number := strings.Split(r.id, "/")[1]
	if number[0] >= 'A' {
		return "Appendix " + number
	}
	return "Section " + number
}

// rules is all that the page of the requirements is made from.
type rules struct {
	all           []requirement
	covered       map[string][]shown
	notApplicable map[string]string // why, by id
	departures    map[string]string // how a rule is not kept to the letter, and why, by id
}

var isRequirement = regexp.MustCompile(`^[0-9]{4,5}/[0-9A-E]+(\.[0-9]+)*/[0-9]+ (MUST|MUST NOT|REQUIRED|SHALL|SHALL NOT)$`)

func readRules(t *testing.T) rules {
	t.Helper()
	r := rules{
		covered:       coverage(t),
		notApplicable: readReasons(t, "not_applicable.txt"),
		departures:    readReasons(t, "departures.txt"),
	}
	files, err := os.ReadDir("requirements")
	if err != nil {
		t.Fatalf("the lists of requirements are readable: %v", err)
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), "rfc") {
			continue
		}
		for line := range strings.Lines(read(t, "docs/requirements/"+file.Name())) {
			line = strings.TrimSpace(line)
			if !isRequirement.MatchString(line) {
				t.Fatalf("%s: %q is no id with its level", file.Name(), line)
			}
			id, level, _ := strings.Cut(line, " ")
			r.all = append(r.all, requirement{id, level})
		}
	}
	return r
}

// readReasons reads a list of ids, each with a sentence. Lines that begin with
// # say what holds for the lines below them.
func readReasons(t *testing.T, name string) map[string]string {
	t.Helper()
	reasons := map[string]string{}
	for line := range strings.Lines(read(t, "docs/requirements/"+name)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, reason, _ := strings.Cut(line, " ")
		if reason == "" || reasons[id] != "" {
			t.Errorf("%s: %s stands there twice or without a reason", name, id)
		}
		reasons[id] = reason
	}
	return reasons
}

func TestRulesNamedExistAndStandOnOneList(t *testing.T) {
	r := readRules(t)
	exists := map[string]bool{}
	for _, rule := range r.all {
		if exists[rule.id] {
			t.Errorf("%s stands twice on its list", rule.id)
		}
		exists[rule.id] = true
	}
	for id, tests := range r.covered {
		if !exists[id] {
			t.Errorf("%s: there is no %s", tests[0].at, id)
		}
		if r.notApplicable[id] != "" {
			t.Errorf("%s: %s is covered, and not_applicable.txt says that it does not apply", tests[0].at, id)
		}
	}
	for id := range r.notApplicable {
		if !exists[id] || r.departures[id] != "" {
			t.Errorf("not_applicable.txt: %s does not exist or is in departures.txt", id)
		}
	}
	for id := range r.departures {
		if !exists[id] {
			t.Errorf("departures.txt: there is no %s", id)
		}
	}
}

// count is how many rules there are in each state.
type count struct{ covered, notApplicable, departed, open int }

func (r rules) count(document string) count {
	var c count
	for _, rule := range r.all {
		switch {
		case rule.document() != document:
		case r.departures[rule.id] != "":
			c.departed++
		case len(r.covered[rule.id]) > 0:
			c.covered++
		case r.notApplicable[rule.id] != "":
			c.notApplicable++
		default:
			c.open++
		}
	}
	return c
}

// requirementsPage is the page of the rules.
func requirementsPage(r rules) string {
	var b strings.Builder
	b.WriteString("# Requirements\n\n" + generated + `
Every sentence of MUST level (MUST, MUST NOT, REQUIRED, SHALL, SHALL NOT) of the documents on TLS has an id: the
document, the section, and which of the section's such sentences it is. So 8446/4.1.4/2 is the second one of RFC 8446,
Section 4.1.4. The sentences themselves are not here; a test's name, or the row of its table, says the rule in our own
words.

- **Covered**: the tests named show it. They carry the id in a comment, ` + "`// covers 8446/4.1.4/2`" + `. A test need not show all
  that a sentence asks for.
- **Not applicable**: it binds nobody that this library could be, or is about what was decided against. The reasons are in
  ` + "`docs/requirements/not_applicable.txt`" + `.
- **Departed from**: kept but for what the table says, on purpose. These are in ` + "`docs/requirements/departures.txt`" + `.
- **Open**: no test shows it: the feature is not there, or the test is not. Documents without a table below have nothing
  covered.

| document | covered | not applicable | departed from | open |
|---|---|---|---|---|
`)
	var documents []string
	for _, rule := range r.all {
		if !slices.Contains(documents, rule.document()) {
			documents = append(documents, rule.document())
		}
	}
	var all count
	for _, d := range documents {
		c := r.count(d)
		fmt.Fprintf(&b, "| RFC %s | %d | %d | %d | %d |\n", d, c.covered, c.notApplicable, c.departed, c.open)
		all = count{all.covered + c.covered, all.notApplicable + c.notApplicable, all.departed + c.departed, all.open + c.open}
	}
	fmt.Fprintf(&b, "| all | %d | %d | %d | %d |\n", all.covered, all.notApplicable, all.departed, all.open)
	for _, d := range documents {
		if c := r.count(d); c.covered+c.departed == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## RFC %s\n\n| id | section | level | shown by |\n|---|---|---|---|\n", d)
		for _, rule := range r.all {
			if rule.document() == d {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", rule.id, rule.section(), rule.level, r.state(rule.id))
			}
		}
	}
	return b.String()
}

// state is what the page says of one rule.
func (r rules) state(id string) string {
	var lines []string
	if why := r.departures[id]; why != "" {
		lines = append(lines, "departed from: "+why)
	}
	lines = append(lines, testCells(r.covered[id])...)
	if why := r.notApplicable[id]; why != "" {
		lines = append(lines, "not applicable: "+why)
	}
	if len(lines) == 0 {
		return "open"
	}
	return strings.ReplaceAll(strings.Join(lines, "<br>"), "|", `\|`)
}

// testCells says each test once, with its rows.
func testCells(tests []shown) []string {
	var cells []string
	rows := map[string][]string{}
	for _, s := range tests {
		cell := "`" + s.test + "` in `" + s.file + "`"
		if !slices.Contains(cells, cell) {
			cells = append(cells, cell)
		}
		if s.row != "" && !slices.Contains(rows[cell], s.row) {
			rows[cell] = append(rows[cell], s.row)
		}
	}
	slices.Sort(cells)
	for i, cell := range cells {
		if of := rows[cell]; len(of) > 0 {
			slices.Sort(of)
			cells[i] = cell + ": " + strings.Join(of, "; ")
		}
	}
	return cells
}

func TestTheRequirementsPageIsCurrent(t *testing.T) {
	page := requirementsPage(readRules(t))
	if *update {
		if err := os.WriteFile("requirements.md", []byte(page), 0o644); err != nil {
			t.Fatalf("a generated page is writable: %v", err)
		}
		return
	}
	if read(t, "docs/requirements.md") != page {
		t.Error("docs/requirements.md is not what the tests say now: go test ./docs -update")
	}
}
