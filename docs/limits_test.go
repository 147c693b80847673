package docs_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"testing"

	"github.com/tacitls/tacitls/engine"
	"github.com/tacitls/tacitls/engine/authenticator"
)

// limitRow is a row of the page of limits.
var limitRow = regexp.MustCompile("(?m)^\\| [^|]+ \\| ([0-9]+) \\| `(\\w+)` \\| `([^`]+)` \\| (?:`(\\w+)` )?\\|$")

func TestTheLimitsAreThoseOfTheCode(t *testing.T) {
	page := read(t, "docs/limits.md")
	refused := map[string]bool{}
	for _, r := range engine.Refusals() {
		refused[r.Name] = true
	}
	for _, r := range authenticator.Refusals() {
		refused[r.Name()] = true
	}
	rows := limitRow.FindAllStringSubmatch(page, -1)
	listed := map[string]bool{}
	for _, row := range rows {
		value, name, file, refusal := row[1], row[2], row[3], row[4]
		listed[name] = true
		if got := constantIn(t, file, name); got != value {
			t.Errorf("%s in %s is %q, and the page says %s", name, file, got, value)
		}
		if refusal != "" && !refused[refusal] {
			t.Errorf("%s: there is no refusal %s", name, refusal)
		}
	}
	if want := strings.Count(page, "\n| ") - 1; len(rows) != want {
		t.Errorf("%d of %d rows have the form of one", len(rows), want)
	}
	for _, s := range code(t, "engine/internal/carrier", "engine/internal/tls12", "engine/internal/tls13", "engine/authenticator") {
		eachConstant(s, func(name string, _ ast.Expr) {
			if strings.HasPrefix(name, "Max") && !listed[name] {
				t.Errorf("%s: %s is not on the page of limits", s.path, name)
			}
		})
	}
}

// constantIn is the value of a constant of a file, as a number.
func constantIn(t *testing.T, file, name string) string {
	t.Helper()
	value := ""
	for _, s := range code(t, ".") {
		if s.path != file {
			continue
		}
		eachConstant(s, func(found string, expression ast.Expr) {
			if found != name {
				return
			}
			evaluated, err := types.Eval(token.NewFileSet(), nil, token.NoPos, types.ExprString(expression))
			if err == nil && evaluated.Value != nil {
				value = evaluated.Value.ExactString()
			}
		})
	}
	return value
}

// eachConstant visits the constants of a file that have an expression.
func eachConstant(s *source, visit func(name string, expression ast.Expr)) {
	for _, declaration := range s.syntax.Decls {
		d, ok := declaration.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			continue
		}
		for _, spec := range d.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					visit(name.Name, v.Values[i])
				}
			}
		}
	}
}
