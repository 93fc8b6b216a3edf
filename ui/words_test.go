package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lamplight/assets"
	"lamplight/mdib"
)

// builtKeys are the keys that are put together at run time, with their parts.
func builtKeys() map[string]bool {
	keys := map[string]bool{}
	for s := mdib.LinkInitial; s <= mdib.LinkTerminal; s++ {
		keys["link."+s.String()] = true
	}
	for _, r := range []mdib.Reason{mdib.ReasonNoPort, mdib.ReasonNoAccess, mdib.ReasonPortBusy, mdib.ReasonNoRoute, mdib.ReasonClosed, mdib.ReasonGone,
		mdib.ReasonSilent, mdib.ReasonGarbled, mdib.ReasonRefused, mdib.ReasonAborted, mdib.ReasonConfig, mdib.ReasonStopped, mdib.ReasonUnexpected} {
		keys["reason."+string(r)], keys["remedy."+string(r)] = true, true
	}
	for _, c := range []mdib.PatientCategory{mdib.Adult, mdib.Paediatric, mdib.Neonatal} {
		keys["category."+c.String()] = true
	}
	for _, c := range []mdib.PatientCategory{mdib.Paediatric, mdib.Neonatal} {
		keys["category.short."+c.String()] = true
	}
	for _, s := range []mdib.Sex{mdib.Female, mdib.Male} {
		keys["sex.short."+s.String()] = true
	}
	return keys
}

// Every key that the code asks for is in English, and every English text is
// asked for.
func TestWordsAndCodeAgree(t *testing.T) {
	english := assets.Texts(assets.English)
	asked := builtKeys()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			s, _ := strconv.Unquote(lit.Value)
			asked[s], asked[s+".one"], asked[s+".many"] = true, true, true
			return true
		})
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			lit, isLit := call.Args[0].(*ast.BasicLit)
			if !ok || !isLit || fun.Sel.Name != "T" && fun.Sel.Name != "N" {
				return true
			}
			key, _ := strconv.Unquote(lit.Value)
			if fun.Sel.Name == "N" {
				key += ".many"
			}
			if _, ok := english[key]; !ok && !strings.HasSuffix(key, ".") {
				t.Errorf("%s asks for %q, which has no text", name, key)
			}
			return true
		})
	}
	for key := range builtKeys() {
		if _, ok := english[key]; !ok {
			t.Errorf("%q has no text", key)
		}
	}
	for key := range english {
		if !asked[key] {
			t.Errorf("nobody asks for %q", key)
		}
	}
}

// Texts for people go through the words: what is drawn is not a sentence in
// the code.
func TestNoSentenceBypassesTheWords(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	more, _ := filepath.Glob("widget/*.go")
	for _, name := range append(files, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		skip := map[ast.Node]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr: // an internal error that never reaches the screen
				if fun, ok := n.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "New" {
					for _, a := range n.Args {
						skip[a] = true
					}
				}
			case *ast.BasicLit:
				s, _ := strconv.Unquote(n.Value)
				if n.Kind == token.STRING && !skip[n] && looksLikeWords(s) {
					t.Errorf("%s says %q without asking the words", name, s)
				}
			}
			return true
		})
	}
}

// looksLikeWords finds two or more words of letters with spaces between.
func looksLikeWords(s string) bool {
	words := 0
	for _, w := range strings.Fields(s) {
		letters := strings.IndexFunc(w, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') }) < 0
		if letters && len(w) > 2 {
			words++
		}
	}
	return words >= 2
}
