// Package docs_test holds the rules about the shape of this project that no
// compiler checks, as tests, and keeps the generated pages of this folder
// current.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the import path of this module.
const module = "github.com/tacitls/tacitls"

// source is a Go file of the module.
type source struct {
	path   string // from the root, with slashes
	dir    string // its folder, which is the package's place in the module
	isTest bool
	text   string
	syntax *ast.File
	set    *token.FileSet
}

// at is where a node stands, for a failure's message.
func (s *source) at(p token.Pos) string { return s.path + ":" + strconv.Itoa(s.set.Position(p).Line) }

// imports lists what the file imports, with the local name of each.
func (s *source) imports() map[string]string {
	imports := map[string]string{}
	for _, spec := range s.syntax.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		imports[name] = path.Base(name)
		if spec.Name != nil {
			imports[name] = spec.Name.Name
		}
	}
	return imports
}

// parsed are all Go files of the module, read once.
var parsed = sync.OnceValues(func() ([]*source, error) {
	names, err := list(".go")
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	var all []*source
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		syntax, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		all = append(all, &source{
			path: name, dir: path.Dir(name), isTest: strings.HasSuffix(name, "_test.go"),
			text: string(text), syntax: syntax, set: set,
		})
	}
	return all, nil
})

// sources gives all Go files of the module, in a slice of the caller's own.
func sources(t *testing.T) []*source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatalf("every file parses: %v", err)
	}
	return slices.Clone(all)
}

// code are the sources that are not tests, of the folders given and below.
func code(t *testing.T, folders ...string) []*source {
	t.Helper()
	return slices.DeleteFunc(sources(t), func(s *source) bool {
		return s.isTest || !slices.ContainsFunc(folders, func(f string) bool { return within(s.dir, f) })
	})
}

// within tells whether dir is folder or lies in it; "." holds everything.
func within(dir, folder string) bool {
	return folder == "." || dir == folder || strings.HasPrefix(dir, folder+"/")
}

// list lists the module's files with an ending, from its root, sorted.
func list(ending string) ([]string, error) {
	var names []string
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != ".." && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")) {
			return filepath.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(name, ending) {
			names = append(names, filepath.ToSlash(strings.TrimPrefix(name, ".."+string(filepath.Separator))))
		}
		return nil
	})
	return names, err
}

// pages lists the module's Markdown files.
func pages(t *testing.T) []string {
	t.Helper()
	names, err := list(".md")
	if err != nil {
		t.Fatalf("the module is readable: %v", err)
	}
	return names
}

// read gives a file of the module by its path from the root.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatalf("a file of the module is readable: %v", err)
	}
	return string(text)
}
