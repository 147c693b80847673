package main

import (
	"fmt"
	"reflect"
)

// flag is one row of the table: how a flag's value looks and what it changes.
type flag struct {
	name  string
	value form
	list  bool
	owner owner
	set   func(o *options, value string) error
}

// form is how the value of a flag is written.
type form string

const (
	formNone   form = "none"   // no value: the flag itself says all
	formInt    form = "int"    // decimal
	formString form = "string" // the bytes of the argument, whatever they are
	formBase64 form = "base64" // standard alphabet, with padding
	formPair   form = "pair"   // two strings, split at the first comma
)

// owner is what a flag describes.
type owner string

const (
	ofConnection owner = "connection" // the connection as a whole
	ofCredential owner = "credential" // the latest block, or the default credential
	ofBlock      owner = "block"      // the latest block, which must exist
	ofOpening    owner = "opens"      // opens a block
)

// table reads the flags off the structs that hold their values.
func table() map[string]flag {
	rows := map[string]flag{}
	add := func(f flag) {
		if _, twice := rows[f.name]; twice {
			panic(fmt.Sprintf("two fields claim -%s", f.name))
		}
		rows[f.name] = f
	}

	connection := reflect.TypeFor[options]()
	for i := range connection.NumField() {
		group := connection.Field(i)
		if !group.Anonymous || group.Name == "credentials" {
			continue
		}
		eachFlag(group.Type, func(f flag, field int, assign assign) {
			f.owner = ofConnection
			f.set = func(o *options, value string) error {
				return assign(reflect.ValueOf(o).Elem().Field(i).Field(field), value)
			}
			add(f)
		})
	}

	eachFlag(reflect.TypeFor[ordinary](), func(f flag, field int, assign assign) {
		f.owner = ofCredential
		f.set = func(o *options, value string) error {
			target := &o.Default
			if n := len(o.Blocks); n > 0 {
				target = &o.Blocks[n-1].ordinary
			}
			return assign(reflect.ValueOf(target).Elem().Field(field), value)
		}
		add(f)
	})
	eachFlag(reflect.TypeFor[particular](), func(f flag, field int, assign assign) {
		f.owner = ofBlock
		f.set = inBlock(func(c *credential, value string) error {
			return assign(reflect.ValueOf(&c.particular).Elem().Field(field), value)
		})
		add(f)
	})

	for name, hash := range importerHashes {
		add(flag{name: name, value: formNone, owner: ofBlock, set: inBlock(func(c *credential, _ string) error {
			c.importerHash = hash
			return nil
		})})
	}
	for name, kind := range openings {
		add(flag{name: name, value: formNone, owner: ofOpening, set: func(o *options, _ string) error {
			o.Blocks = append(o.Blocks, &credential{kind: kind})
			return nil
		}})
	}
	return rows
}

// inBlock turns a change of a block into one of the latest block.
func inBlock(set func(*credential, string) error) func(*options, string) error {
	return func(o *options, value string) error {
		if len(o.Blocks) == 0 {
			return fmt.Errorf("no credential has been opened")
		}
		return set(o.Blocks[len(o.Blocks)-1], value)
	}
}

// eachFlag visits the flags of a struct: those its tags name, and those that name the opposite. The tag "unset" names the flag that makes an
// optional truth false, the tag "empty" the one that makes an optional list present and empty.
func eachFlag(group reflect.Type, visit func(f flag, field int, set assign)) {
	for i := range group.NumField() {
		field := group.Field(i)
		name := field.Tag.Get("flag")
		value, list, set := codecOf(field.Type)
		if set == nil {
			panic(fmt.Sprintf("field %s: no flag can hold a %s", field.Name, field.Type))
		}
		visit(flag{name: name, value: value, list: list}, i, set)
		if opposite := field.Tag.Get("unset"); opposite != "" {
			visit(flag{name: opposite, value: formNone}, i, setFalse)
		}
		if opposite := field.Tag.Get("empty"); opposite != "" {
			visit(flag{name: opposite, value: formNone}, i, setEmpty)
		}
	}
}
