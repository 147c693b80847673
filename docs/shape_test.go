package docs_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// pure are the packages that never touch the world: what they do depends on
// what they are given, and on nothing else.
var pure = []string{"messages", "secrets", "events", "engine"}

// pureImports is all that they may import besides each other. What is not in
// it reaches a clock, a file, a network, a source of entropy or another
// goroutine, or has not been needed yet.
const pureImports = `
	bytes cmp compress/zlib encoding encoding/binary errors fmt hash io iter maps math math/bits reflect runtime slices strconv strings time
	unicode/utf8
	crypto crypto/aes crypto/cipher crypto/ecdh crypto/ecdsa crypto/ed25519 crypto/elliptic crypto/hkdf crypto/hmac
	crypto/mlkem crypto/mlkem/mlkemtest crypto/rsa crypto/sha1 crypto/sha256 crypto/sha512 crypto/subtle
	golang.org/x/crypto/chacha20 golang.org/x/crypto/chacha20poly1305 golang.org/x/crypto/cryptobyte golang.org/x/crypto/cryptobyte/asn1
	filippo.io/bigmod filippo.io/mldsa
	github.com/cloudflare/circl/dh/x448 github.com/cloudflare/circl/sign/ed448
`

func TestPurePackagesImportNothingThatTouchesTheWorld(t *testing.T) {
	allowed := strings.Fields(pureImports)
	for _, s := range code(t, pure...) {
		for name := range s.imports() {
			if !slices.Contains(allowed, name) && !strings.HasPrefix(name, module+"/") {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
	}
}

// lattice is which package may import which: on the right of < stands who may
// import what is on the left, and all that those may import themselves. A
// package that is not named takes the place of the folder above it.
const lattice = `
	nothing                                    < messages/wire messages/record
	messages/wire                              < messages
	messages                                   < secrets engine/internal/fsm engine/internal/refuse
	messages/record secrets                    < events
	events engine/internal/refuse              < engine/internal/handshake engine/internal/carrier
	engine/internal/handshake                  < engine/internal/features
	engine/internal/features engine/internal/fsm < engine/internal/tls13
	engine/internal/features engine/internal/fsm < engine/internal/tls12
	engine/internal/tls13 engine/internal/tls12 < engine/internal/hello
	engine/internal/hello engine/internal/carrier < engine
	engine                                     < engine/authenticator
	events                                     < adapters/answer
	engine                                     < adapters/pipe
	engine adapters/answer                     < adapters
	adapters adapters/pipe engine/authenticator < internal/testkit examples/internal
	internal/testkit examples/internal         < examples fuzz docs
`

func TestPackagesImportOnlyWhatStandsBelowThem(t *testing.T) {
	below := parseLattice(t)
	for _, s := range code(t, ".") {
		place := s.dir
		for below[place] == nil && strings.Contains(place, "/") {
			place = place[:strings.LastIndex(place, "/")]
		}
		if below[place] == nil {
			t.Errorf("%s: the lattice has no place for its package", s.path)
			continue
		}
		for name := range s.imports() {
			name, ours := strings.CutPrefix(name, module+"/")
			if !ours || within(name, place) && place != "engine" && place != "messages" {
				continue // a package and its own parts
			}
			if !slices.ContainsFunc(below[place], func(b string) bool { return b == name || b == "adapters" && within(name, b) }) {
				t.Errorf("%s imports %s, which does not stand below %s", s.path, name, place)
			}
		}
	}
}

// parseLattice gives what stands below each place.
func parseLattice(t *testing.T) map[string][]string {
	t.Helper()
	below := map[string][]string{"nothing": {}}
	for line := range strings.Lines(lattice) {
		left, right, found := strings.Cut(line, "<")
		if !found {
			continue
		}
		for _, upper := range strings.Fields(right) {
			if below[upper] == nil {
				below[upper] = []string{}
			}
			for _, lower := range strings.Fields(left) {
				known, ok := below[lower]
				if !ok {
					t.Fatalf("the lattice names %s before it says what is below it", lower)
				}
				below[upper] = append(append(below[upper], lower), known...)
			}
		}
	}
	return below
}

// worldly are the packages that only what lies outside of the engine imports.
var worldly = []string{"net", "os", "crypto/x509", "crypto/tls"}

func TestSocketsAndCertificatesStayOutside(t *testing.T) {
	outside := []string{"adapters", "examples", "fuzz", "internal/testkit"}
	for _, s := range code(t, ".") {
		if slices.ContainsFunc(outside, func(folder string) bool { return within(s.dir, folder) }) {
			continue
		}
		for name := range s.imports() {
			if slices.Contains(worldly, name) {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
	}
}

// clocks are the functions of package time that look at a clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}

func TestPurePackagesHaveNoClockNoGoroutineAndNoPanic(t *testing.T) {
	for _, s := range code(t, pure...) {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt, *ast.SendStmt:
				t.Errorf("%s: a goroutine or a channel", s.at(n.Pos()))
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: an init function", s.at(n.Pos()))
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && slices.Contains([]string{"panic", "recover", "print", "println"}, f.Name) {
					t.Errorf("%s: a call of %s", s.at(n.Pos()), f.Name)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == s.imports()["time"] && slices.Contains(clocks, n.Sel.Name) {
					t.Errorf("%s: time.%s", s.at(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}

// A connection of adapters/quic is a struct and nothing that runs: what crypto/tls
// needs a goroutine and two channels for, it has states for.
func TestTheQUICAdapterHasNoGoroutineAndNoChannel(t *testing.T) {
	for _, s := range code(t, "adapters/quic") {
		for _, name := range []string{"net", "os"} {
			if _, imported := s.imports()[name]; imported {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SelectStmt, *ast.SendStmt:
				t.Errorf("%s: a goroutine or a channel", s.at(n.Pos()))
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					t.Errorf("%s: a channel is read", s.at(n.Pos()))
				}
			}
			return true
		})
	}
}

// hooks are the variables of pure packages that are neither a table, nor an
// error, nor a machine, and why.
var hooks = map[string]string{
	"engine.walked": "nil outside of tests, which note the edges that they walk",
}

func TestPackageLevelVariablesAreTablesErrorsAndMachines(t *testing.T) {
	for _, s := range code(t, pure...) {
		for _, declaration := range s.syntax.Decls {
			d, ok := declaration.(*ast.GenDecl)
			if !ok || d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					if hooks[s.dir+"."+name.Name] == "" && (len(v.Values) <= i || !constant(v.Values[i])) {
						t.Errorf("%s: %s is no table, no error and no machine", s.at(name.Pos()), name.Name)
					}
				}
			}
		}
	}
}

// constant tells whether an expression is one that a package-level variable
// may have.
func constant(value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		return v.Op == token.AND && constant(v.X)
	case *ast.CallExpr:
		switch f := v.Fun.(type) {
		case *ast.Ident:
			return f.Name == "append"
		case *ast.SelectorExpr:
			x, _ := f.X.(*ast.Ident)
			return x != nil && slices.Contains([]string{"errors.New", "fmt.Errorf", "fsm.New"}, x.Name+"."+f.Sel.Name)
		}
	}
	return false
}

func TestNothingAssignsToAPackageLevelVariable(t *testing.T) {
	variables := map[string]bool{}
	all := code(t, pure...)
	for _, s := range all {
		for _, declaration := range s.syntax.Decls {
			if d, ok := declaration.(*ast.GenDecl); ok && d.Tok == token.VAR {
				for _, spec := range d.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						variables[s.dir+"."+name.Name] = true
					}
				}
			}
		}
	}
	for _, s := range all {
		check := func(target ast.Expr) {
			if name := rootName(target); variables[s.dir+"."+name] {
				t.Errorf("%s: an assignment to %s", s.at(target.Pos()), name)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, target := range n.Lhs {
					if n.Tok != token.DEFINE {
						check(target)
					}
				}
			case *ast.IncDecStmt:
				check(n.X)
			}
			return true
		})
	}
}

// rootName is the variable that an assignment's target begins with.
func rootName(target ast.Expr) string {
	switch x := target.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.IndexExpr:
		return rootName(x.X)
	case *ast.SelectorExpr:
		return rootName(x.X)
	case *ast.StarExpr:
		return rootName(x.X)
	}
	return ""
}

// mostLines is how long a file of code may be.
const mostLines = 400

func TestFilesAreShortEnoughToRead(t *testing.T) {
	for _, s := range code(t, ".") {
		if lines := strings.Count(s.text, "\n"); lines > mostLines {
			t.Errorf("%s has %d lines", s.path, lines)
		}
	}
}

// requirements are the modules that go.mod may name, and whether code that is
// not a test may import them.
var requirements = map[string]bool{
	"filippo.io/bigmod":           true,
	"filippo.io/mldsa":            true,
	"github.com/cloudflare/circl": true,
	"golang.org/x/crypto":         true,
	"golang.org/x/sys":            false, // for golang.org/x/crypto alone
	"golang.org/x/net":            false,
	"pgregory.net/rapid":          false,
}

func TestTheModuleRequiresLittle(t *testing.T) {
	required := ""
	for line := range strings.Lines(read(t, "go.mod")) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(words) < 2 || !strings.HasPrefix(words[1], "v") {
			continue
		}
		required += words[0] + " "
		if _, listed := requirements[words[0]]; !listed {
			t.Errorf("go.mod requires %s", words[0])
		}
	}
	for _, s := range code(t, ".") {
		for name := range s.imports() {
			if !strings.Contains(strings.Split(name, "/")[0], ".") || strings.HasPrefix(name, module) {
				continue
			}
			allowed := false
			for required, inCode := range requirements {
				allowed = allowed || inCode && strings.HasPrefix(name+"/", required+"/")
			}
			if !allowed {
				t.Errorf("%s imports %s", s.path, name)
			}
		}
	}
	if required == "" {
		t.Error("go.mod was not understood: it names no requirement")
	}
}
