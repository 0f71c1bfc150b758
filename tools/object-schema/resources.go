package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apiextensionsscheme "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset/scheme"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	aggregator "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset"
	aggregatorscheme "k8s.io/kube-aggregator/pkg/client/clientset_generated/clientset/scheme"
)

type version struct {
	apiVersion string
	goType     reflect.Type
}

type builtin struct {
	group, plural, kind string
	namespaced          bool
	// The API servers of custom resources and of aggregation store JSON whatever --storage-media-type says.
	storedAsJSON bool
	versions     []version
}

func (r builtin) row() string {
	scope := "cluster"
	if r.namespaced {
		scope = "namespaced"
	}
	return fmt.Sprintf("%s %s %s %s", r.plural, r.kind, scope, r.group)
}

// findResources reads plural, scope and Go type of every built-in resource off the typed clients: a client whose getter
// takes a namespace is of a namespaced resource, and only what can be updated is stored.
func findResources() []builtin {
	byName := map[string]*builtin{}
	collect(byName, reflect.TypeFor[kubernetes.Interface](), scheme.Scheme, false)
	collect(byName, reflect.TypeFor[apiextensions.Interface](), apiextensionsscheme.Scheme, true)
	collect(byName, reflect.TypeFor[aggregator.Interface](), aggregatorscheme.Scheme, true)
	// Never served by the API, so no client has it: the API server's own bookkeeping of cluster IPs and node ports.
	byName["/RangeAllocation"] = &builtin{plural: "rangeallocations", kind: "RangeAllocation",
		versions: []version{{"v1", reflect.TypeFor[corev1.RangeAllocation]()}}}
	var all []builtin
	for _, name := range sortedKeys(byName) {
		r := byName[name]
		sort.Slice(r.versions, func(i, j int) bool { return r.versions[i].apiVersion < r.versions[j].apiVersion })
		all = append(all, *r)
	}
	return all
}

func collect(into map[string]*builtin, clientset reflect.Type, known *runtime.Scheme, storedAsJSON bool) {
	for i := range clientset.NumMethod() {
		group := clientset.Method(i).Type.Out(0)
		if group.Kind() != reflect.Interface {
			continue
		}
		for j := range group.NumMethod() {
			getter := group.Method(j)
			if getter.Type.NumOut() != 1 || getter.Type.Out(0).Kind() != reflect.Interface {
				continue
			}
			client := getter.Type.Out(0)
			get, ok := client.MethodByName("Get")
			if _, stored := client.MethodByName("Update"); !ok || !stored {
				continue
			}
			goType := get.Type.Out(0).Elem()
			object := reflect.New(goType).Interface().(runtime.Object)
			gvks, _, err := known.ObjectKinds(object)
			if err != nil || len(gvks) == 0 {
				panic(fmt.Sprintf("%s is not registered: %v", goType, err))
			}
			gvk := gvks[0]
			key := gvk.Group + "/" + gvk.Kind
			r, seen := into[key]
			if !seen {
				r = &builtin{group: gvk.Group, plural: strings.ToLower(getter.Name), kind: gvk.Kind,
					namespaced: getter.Type.NumIn() == 1, storedAsJSON: storedAsJSON}
				into[key] = r
			}
			r.versions = append(r.versions, version{gvk.GroupVersion().String(), goType})
		}
	}
}
