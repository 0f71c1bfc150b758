package main

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A field reads `<number><mode><JSON name>:<shape>`.
//
// Modes say what the API shows for a field that is absent from the stored bytes or zero:
//
//	~ nothing   ! its zero value   ? nothing, but zero is shown when stored (a pointer)   ^ null
//
// Shapes: s string, y bytes (base64 in JSON), b bool, i integer, d double, t Time, T MicroTime, q Quantity,
// I IntOrString, R raw JSON, F FieldsV1, D Duration, L list of strings in a message of its own,
// .Name a message, *shape a list, %shape a map with string keys. An empty JSON name is a message inlined into its parent.
type field struct {
	number, mode, name, shape string
	ref                       string // the message type the shape ends in
}

func (f field) text(canonical map[string]string) string {
	shape := f.shape
	if f.ref != "" {
		shape += canonical[f.ref]
	}
	return f.number + f.mode + f.name + ":" + shape
}

type typeTable struct {
	fields    map[string][]field
	mergeKeys map[string]map[string]bool
	text      map[string]string
}

func newTypeTable() *typeTable {
	return &typeTable{fields: map[string][]field{}, mergeKeys: map[string]map[string]bool{}}
}

func typeName(t reflect.Type) string {
	path := strings.Split(t.PkgPath(), "/")
	return strings.Join(path[max(0, len(path)-2):], "/") + "." + t.Name()
}

// add records a struct and every struct it reaches, and returns its name.
func (tt *typeTable) add(t reflect.Type) (string, error) {
	name := typeName(t)
	if _, seen := tt.fields[name]; seen {
		return name, nil
	}
	tt.fields[name] = nil
	var fields []field
	for i := range t.NumField() {
		f, ok, err := tt.field(t.Field(i))
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		if ok {
			fields = append(fields, f)
		}
	}
	tt.fields[name] = fields
	return name, nil
}

func (tt *typeTable) field(sf reflect.StructField) (field, bool, error) {
	tag := sf.Tag.Get("protobuf")
	if tag == "" || tag == "-" {
		return field{}, false, nil
	}
	jsonName, jsonOptions, _ := strings.Cut(sf.Tag.Get("json"), ",")
	options := strings.Split(jsonOptions, ",")
	if slices.Contains(options, "inline") {
		jsonName = ""
	} else if jsonName == "" {
		return field{}, false, fmt.Errorf("field %s has no JSON name", sf.Name)
	}
	f := field{number: strings.Split(tag, ",")[1], name: jsonName}
	omitEmpty, omitZero := slices.Contains(options, "omitempty"), slices.Contains(options, "omitzero")
	t, pointer := sf.Type, false
	if t.Kind() == reflect.Pointer {
		t, pointer = t.Elem(), true
	}
	var err error
	if f.shape, f.ref, err = tt.shape(t); err != nil {
		return field{}, false, fmt.Errorf("field %s: %w", sf.Name, err)
	}
	f.mode = mode(t, pointer, omitEmpty, omitZero)
	if key := sf.Tag.Get("patchMergeKey"); key != "" {
		if tt.mergeKeys[jsonName] == nil {
			tt.mergeKeys[jsonName] = map[string]bool{}
		}
		tt.mergeKeys[jsonName][key] = true
	}
	return f, true, nil
}

func mode(t reflect.Type, pointer, omitEmpty, omitZero bool) string {
	nilable := pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map
	switch {
	case omitZero, omitEmpty && !pointer && t.Kind() != reflect.Struct:
		return "~"
	case pointer && omitEmpty:
		return "?"
	case nilable:
		return "^"
	default:
		return "!" // encoding/json never leaves out a struct for omitempty
	}
}

var special = map[reflect.Type]string{
	reflect.TypeFor[metav1.Time]():          "t",
	reflect.TypeFor[metav1.MicroTime]():     "T",
	reflect.TypeFor[resource.Quantity]():    "q",
	reflect.TypeFor[intstr.IntOrString]():   "I",
	reflect.TypeFor[runtime.RawExtension](): "R",
	reflect.TypeFor[metav1.FieldsV1]():      "F",
	reflect.TypeFor[metav1.Duration]():      "D",
}

type marshaler interface{ Marshal() ([]byte, error) }

func (tt *typeTable) shape(t reflect.Type) (shape, ref string, err error) {
	if s, ok := special[t]; ok {
		return s, "", nil
	}
	switch t.Kind() {
	case reflect.String:
		return "s", "", nil
	case reflect.Bool:
		return "b", "", nil
	case reflect.Int32, reflect.Int64:
		return "i", "", nil
	case reflect.Float64:
		return "d", "", nil
	case reflect.Struct:
		name, err := tt.add(t)
		return ".", name, err
	case reflect.Pointer:
		return tt.shape(t.Elem())
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			return "", "", fmt.Errorf("map keyed by %s", t.Key())
		}
		inner, ref, err := tt.shape(t.Elem())
		return "%" + inner, ref, err
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "y", "", nil
		}
		// A named list with a Marshal of its own (ExtraValue, Verbs) is stored as a message with one repeated field.
		if reflect.PointerTo(t).Implements(reflect.TypeFor[marshaler]()) {
			return "L", "", nil
		}
		inner, ref, err := tt.shape(t.Elem())
		return "*" + inner, ref, err
	}
	return "", "", fmt.Errorf("no shape for %s", t)
}

// merge keeps one of all types that read the same (v1beta1 and v1 mostly do): classes are split by what their fields
// lead to until nothing changes.
func (tt *typeTable) merge(kinds map[string]string) {
	names := sortedKeys(tt.fields)
	sort.SliceStable(names, func(i, j int) bool { return stability(names[i]) < stability(names[j]) })
	class := map[string]string{}
	for _, name := range names {
		class[name] = names[0]
	}
	for count := 1; ; {
		first, next := map[string]string{}, map[string]string{}
		for _, name := range names {
			signature := class[name] + "|" + tt.render(name, class)
			if _, ok := first[signature]; !ok {
				first[signature] = name
			}
			next[name] = first[signature]
		}
		class = next
		if len(first) == count {
			break
		}
		count = len(first)
	}
	tt.text = map[string]string{}
	for _, name := range names {
		if class[name] == name {
			tt.text[name] = tt.render(name, class)
		}
	}
	for kind, name := range kinds {
		kinds[kind] = class[name]
	}
}

func stability(name string) int {
	switch {
	case strings.Contains(name, "alpha"):
		return 2
	case strings.Contains(name, "beta"):
		return 1
	}
	return 0
}

func (tt *typeTable) render(name string, class map[string]string) string {
	var parts []string
	for _, f := range tt.fields[name] {
		parts = append(parts, f.text(class))
	}
	return strings.Join(parts, ",")
}

func (tt *typeTable) mergeKeyText() map[string]string {
	out := map[string]string{}
	for name, keys := range tt.mergeKeys {
		out[name] = strings.Join(sortedKeys(keys), " ")
	}
	return out
}
