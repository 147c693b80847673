package docs_test

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shown says which test shows a rule.
type shown struct {
	file, test string
	row        string // what the row of a table says of itself, if the rule stands above one
	at         string // where the rule is named
}

// rootTest is what the go command runs: what a rule that stands in a helper is
// traced back to.
var rootTest = regexp.MustCompile(`^(Test|Fuzz|Example)([A-Z0-9_]|$)`)

// coverage gives the tests that show each rule, by the rule's id. A rule that
// stands in a helper or a table is shown by the test that uses it.
func coverage(t *testing.T) map[string][]shown {
	t.Helper()
	packages := map[string]*usage{}
	var tests []*source
	for _, s := range sources(t) {
		if s.isTest {
			tests = append(tests, s)
			place := path.Join(s.dir, s.syntax.Name.Name)
			if packages[place] == nil {
				packages[place] = &usage{files: map[string]string{}, users: map[string]map[string]bool{}}
			}
			packages[place].add(s)
		}
	}
	found := map[string][]shown{}
	for _, s := range tests {
		in := packages[path.Join(s.dir, s.syntax.Name.Name)]
		for _, group := range s.syntax.Comments {
			for _, comment := range group.List {
				text := strings.TrimPrefix(comment.Text, "// ")
				if !covers.MatchString(text) {
					continue
				}
				declaration := declarationAt(s, comment)
				row := rowAt(declaration, comment)
				from := in.testOf(declared(declaration))
				if from == "" {
					t.Errorf("%s: no test uses what %q stands above", s.at(comment.Pos()), text)
				}
				for _, id := range strings.Fields(text)[1:] {
					found[id] = append(found[id], shown{in.files[from], from, row, s.at(comment.Pos())})
				}
			}
		}
	}
	return found
}

// declarationAt is the declaration that a comment stands in or above.
func declarationAt(s *source, comment *ast.Comment) ast.Decl {
	for _, declaration := range s.syntax.Decls {
		if declaration.End() > comment.Pos() {
			return declaration
		}
	}
	return nil
}

// declared lists the names that a declaration declares.
func declared(declaration ast.Decl) []string {
	var names []string
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		names = append(names, d.Name.Name)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			}
		}
	}
	return names
}

// rowAt gives the first sentence in the row of a table that a comment stands
// in or above, and nothing if there is no table. The table is the outermost
// list around the comment.
func rowAt(declaration ast.Decl, comment *ast.Comment) string {
	row := ""
	found := false
	ast.Inspect(declaration, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if !ok || found || table.Lbrace > comment.Pos() || table.Rbrace < comment.Pos() {
			return !found
		}
		switch table.Type.(type) {
		case *ast.ArrayType, *ast.MapType:
		default:
			return true
		}
		found = true
		for _, element := range table.Elts {
			if element.End() > comment.Pos() {
				row = sentence(element)
				break
			}
		}
		return false
	})
	return row
}

// sentence is the first string of several words in a row.
func sentence(row ast.Node) string {
	text := ""
	ast.Inspect(row, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && text == "" && literal.Kind == token.STRING {
			if s, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(s, " ") && !strings.Contains(s, "\n") {
				text = s
			}
		}
		return text == ""
	})
	return text
}

// usage is which declarations of a test package use which, by their names.
type usage struct {
	tests []string                   // in the order in which they stand
	files map[string]string          // where each test stands
	users map[string]map[string]bool // who uses a name
}

func (u *usage) add(s *source) {
	for _, declaration := range s.syntax.Decls {
		if d, ok := declaration.(*ast.FuncDecl); ok && d.Recv == nil && rootTest.MatchString(d.Name.Name) {
			u.tests = append(u.tests, d.Name.Name)
			u.files[d.Name.Name] = s.path
		}
		users := declared(declaration)
		ast.Inspect(declaration, func(n ast.Node) bool {
			if used, ok := n.(*ast.Ident); ok {
				if u.users[used.Name] == nil {
					u.users[used.Name] = map[string]bool{}
				}
				for _, user := range users {
					u.users[used.Name][user] = true
				}
			}
			return true
		})
	}
}

// testOf is the test among the names given, or else the nearest that uses one
// of them: of several that are as near, the one that stands first, since those
// behind it look at the same table for other reasons.
func (u *usage) testOf(names []string) string {
	seen := map[string]bool{}
	for len(names) > 0 {
		for _, test := range u.tests {
			if slices.Contains(names, test) {
				return test
			}
		}
		next := map[string]bool{}
		for _, name := range names {
			seen[name] = true
			maps.Copy(next, u.users[name])
		}
		names = slices.DeleteFunc(slices.Sorted(maps.Keys(next)), func(name string) bool { return seen[name] })
	}
	return ""
}
