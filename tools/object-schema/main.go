// object-schema writes src/objects/schema.json: how Kubernetes stores its built-in kinds as protobuf and how the API
// shows them as JSON. Protobuf names no field, so the numbers have to come from somewhere: here from the struct tags of
// the released Go types. Run it with `go run .`; `go run . -check` fails when the committed file is stale.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
)

const release = "v0.36.3"

func main() {
	out := flag.String("out", "../../src/objects/schema.json", "file to write or check")
	check := flag.Bool("check", false, "write nothing; fail when the file is stale")
	flag.Parse()
	if err := run(*out, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out string, check bool) error {
	resources := findResources()
	types := newTypeTable()
	kinds := map[string]string{}
	for _, r := range resources {
		for _, v := range r.versions {
			if r.storedAsJSON {
				continue
			}
			name, err := types.add(v.goType)
			if err != nil {
				return err
			}
			kinds[v.apiVersion+"/"+r.kind] = name
		}
	}
	types.merge(kinds)
	fresh := render(resources, kinds, types)
	if !check {
		return os.WriteFile(out, fresh, 0o644)
	}
	committed, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	if !bytes.Equal(committed, fresh) {
		return fmt.Errorf("%s is stale: run `go run .` in tools/object-schema", out)
	}
	return nil
}

// render writes one entry a line, so that a new Kubernetes release shows as a readable diff.
func render(resources []builtin, kinds map[string]string, types *typeTable) []byte {
	var b bytes.Buffer
	b.WriteString("{\n")
	fmt.Fprintf(&b, "%s: %s,\n", quote("source"), quote("struct tags of k8s.io/api, apimachinery, client-go, apiextensions-apiserver and kube-aggregator "+release+", by tools/object-schema"))
	var rows []string
	for _, r := range resources {
		rows = append(rows, r.row())
	}
	writeList(&b, "resources", rows, ",\n")
	writeMap(&b, "kinds", kinds, ",\n")
	writeMap(&b, "types", types.text, ",\n")
	writeMap(&b, "mergeKeys", types.mergeKeyText(), "\n")
	b.WriteString("}\n")
	return b.Bytes()
}

func writeList(b *bytes.Buffer, name string, rows []string, end string) {
	fmt.Fprintf(b, "%s: [\n", quote(name))
	for i, row := range rows {
		b.WriteString(quote(row))
		b.WriteString(separator(i, len(rows)))
	}
	b.WriteString("]" + end)
}

func writeMap(b *bytes.Buffer, name string, entries map[string]string, end string) {
	fmt.Fprintf(b, "%s: {\n", quote(name))
	for i, key := range sortedKeys(entries) {
		fmt.Fprintf(b, "%s: %s%s", quote(key), quote(entries[key]), separator(i, len(entries)))
	}
	b.WriteString("}" + end)
}

func separator(i, n int) string {
	if i == n-1 {
		return "\n"
	}
	return ",\n"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}
