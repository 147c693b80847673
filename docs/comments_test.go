package docs_test

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

func TestEveryExportedNameIsDocumented(t *testing.T) {
	for _, s := range code(t, ".") {
		if s.syntax.Name.Name == "main" || strings.Contains("/"+s.dir+"/", "/internal/") {
			continue
		}
		for _, declaration := range s.syntax.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && exported(d) {
					t.Errorf("%s: %s has no comment", s.at(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, name := range undocumented(d) {
					t.Errorf("%s: %s has no comment", s.at(name.Pos()), name.Name)
				}
			}
		}
	}
}

// exported tells whether a function is seen from outside. String says nothing
// that its type does not.
func exported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return d.Name.IsExported()
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && name.IsExported() && d.Name.IsExported() && d.Name.Name != "String"
}

// undocumented lists the exported names of a declaration that have no comment.
// One comment serves a group of constants or variables, or as many of them as
// it names.
func undocumented(d *ast.GenDecl) []*ast.Ident {
	var names []*ast.Ident
	said := ""
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && spec.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				names = append(names, spec.Name)
			}
		case *ast.ValueSpec:
			said += spec.Doc.Text()
			for _, name := range spec.Names {
				if name.IsExported() && spec.Doc == nil && spec.Comment == nil && d.Doc == nil && !strings.Contains(said, name.Name) {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, s := range code(t, ".") {
		said[s.dir] = said[s.dir] || s.syntax.Doc != nil
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("no file of %s has a package comment", dir)
		}
	}
}

// The one form of citations is "RFC 8446, Section 4.1.4" or "RFC 8446,
// Appendix D.4", further sections of the same document after an "and". A
// document as a whole is its number alone.
var (
	namesRFC  = regexp.MustCompile(`(?i)\brfc[ -]?[0-9]+\b`)
	citesRFC  = regexp.MustCompile(`^RFC [0-9]{3,5}$`)
	afterRFC  = regexp.MustCompile(`^,? *(§|(?i:sec)\.? ?[0-9]|section|appendix|Sections|Appendices|Section|Appendix|[0-9]+\.[0-9])`)
	goodAfter = regexp.MustCompile(`^, (Section [0-9]+(\.[0-9]+)*|Appendix [A-E](\.[0-9]+)*)`)
)

// badCitations lists what in a text is cited in another form.
func badCitations(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	var bad []string
	for _, at := range namesRFC.FindAllStringIndex(text, -1) {
		rest := text[at[1]:]
		if strings.HasPrefix(rest, ".txt") || strings.HasPrefix(rest, ".tsv") {
			continue
		}
		if !citesRFC.MatchString(text[at[0]:at[1]]) || afterRFC.MatchString(rest) && !goodAfter.MatchString(rest) {
			bad = append(bad, text[at[0]:min(len(text), at[1]+24)])
		}
	}
	return bad
}

func TestDocumentsAreCitedInOneForm(t *testing.T) {
	for _, s := range sources(t) {
		for _, group := range s.syntax.Comments {
			for _, bad := range badCitations(group.Text()) {
				t.Errorf("%s: %q", s.at(group.Pos()), bad)
			}
		}
	}
	for _, name := range pages(t) {
		for _, bad := range badCitations(prose(read(t, name))) {
			t.Errorf("%s: %q", name, bad)
		}
	}
}

// prose is a page without what stands in backticks.
func prose(page string) string {
	return regexp.MustCompile("(?s)```.*?```|`[^`]*`").ReplaceAllString(page, "")
}

// A test names the rules that it shows by document, section, and which of the
// section's sentences of MUST level.
var covers = regexp.MustCompile(`^covers( [0-9]{4,5}/[0-9A-E]+(\.[0-9]+)*/[0-9]+)+\n?$`)

func TestRulesAreNamedInOneForm(t *testing.T) {
	for _, s := range sources(t) {
		for _, group := range s.syntax.Comments {
			for _, comment := range group.List {
				text, found := strings.CutPrefix(comment.Text, "// ")
				if found && strings.HasPrefix(text, "covers ") && !covers.MatchString(text) {
					t.Errorf("%s: %q", s.at(comment.Pos()), text)
				}
			}
		}
	}
}

// unfinished are words that announce what is missing, and skips the call by
// which a test says that it proves nothing. In an action of package rapid it
// says that the action cannot be taken now, which is another matter.
var (
	unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	skips      = regexp.MustCompile(`\b[tbf]\.Skip(f|Now)?\(`)
)

func TestNothingIsLeftForLater(t *testing.T) {
	for _, s := range sources(t) {
		if word := unfinished.FindString(s.text); word != "" && s.path != "docs/comments_test.go" {
			t.Errorf("%s: %s", s.path, word)
		}
		_, rapid := s.imports()["pgregory.net/rapid"]
		if call := skips.FindString(s.text); call != "" && !rapid {
			t.Errorf("%s: %s", s.path, call)
		}
	}
	for _, name := range pages(t) {
		if word := unfinished.FindString(prose(read(t, name))); word != "" {
			t.Errorf("%s: %s", name, word)
		}
	}
}
