package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// assign puts the value of a flag into the field that holds it: a list grows by one, anything else is replaced.
type assign func(field reflect.Value, value string) error

// codecOf says how a field of this type is written on the command line. A pointer is an optional value: nil until a flag speaks of it.
// It returns a nil assign for a type that no flag has.
func codecOf(t reflect.Type) (value form, list bool, set assign) {
	if t.Kind() == reflect.Pointer {
		value, list, inner := codecOf(t.Elem())
		if inner == nil {
			return "", false, nil
		}
		return value, list, func(field reflect.Value, value string) error {
			if field.IsNil() {
				field.Set(reflect.New(t.Elem()))
			}
			return inner(field.Elem(), value)
		}
	}
	switch {
	case t == reflect.TypeFor[bool]():
		return formNone, false, setTrue
	case t == reflect.TypeFor[string]():
		return formString, false, setString
	case t == reflect.TypeFor[[]byte]():
		return formBase64, false, setBase64
	case t == reflect.TypeFor[pair]():
		return formPair, false, setPair
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return formInt, false, setSigned
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		return formInt, false, setUnsigned
	case t.Kind() == reflect.Slice:
		value, nested, inner := codecOf(t.Elem())
		if inner == nil || nested {
			return "", false, nil
		}
		return value, true, func(field reflect.Value, value string) error {
			item := reflect.New(t.Elem()).Elem()
			if err := inner(item, value); err != nil {
				return err
			}
			field.Set(reflect.Append(field, item))
			return nil
		}
	}
	return "", false, nil
}

func setTrue(field reflect.Value, _ string) error {
	field.SetBool(true)
	return nil
}

// setFalse gives an optional truth the value false.
func setFalse(field reflect.Value, _ string) error {
	field.Set(reflect.ValueOf(new(bool)))
	return nil
}

// setEmpty makes an optional list present, with nothing in it.
func setEmpty(field reflect.Value, _ string) error {
	field.Set(reflect.New(field.Type().Elem()))
	return nil
}

func setString(field reflect.Value, value string) error {
	field.SetString(value)
	return nil
}

func setBase64(field reflect.Value, value string) error {
	decoded, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		return errors.New("not in base64")
	}
	field.SetBytes(decoded)
	return nil
}

func setPair(field reflect.Value, value string) error {
	name, rest, found := strings.Cut(value, ",")
	if !found {
		return errors.New("no comma between name and value")
	}
	field.Set(reflect.ValueOf(pair{Name: name, Value: rest}))
	return nil
}

func setSigned(field reflect.Value, value string) error {
	n, err := strconv.ParseInt(value, 10, field.Type().Bits())
	if err != nil || strings.HasPrefix(value, "+") {
		return notANumber(field)
	}
	field.SetInt(n)
	return nil
}

func setUnsigned(field reflect.Value, value string) error {
	n, err := strconv.ParseUint(value, 10, field.Type().Bits())
	if err != nil {
		return notANumber(field)
	}
	field.SetUint(n)
	return nil
}

func notANumber(field reflect.Value) error {
	return fmt.Errorf("not a decimal number that fits in %d bits", field.Type().Bits())
}
