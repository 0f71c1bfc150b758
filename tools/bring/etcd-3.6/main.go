// etcd 3.6 with its two command lines in one binary: it becomes the program by
// whose name it was called. `make demo` builds this module alone, so it must
// stay small: no Kubernetes in here.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/etcdctl/v3/ctlv3"
	"go.etcd.io/etcd/etcdutl/v3/etcdutl"
	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "etcd", "etcd-3.6":
		etcdmain.Main(os.Args)
	case "etcdctl":
		ctlv3.MustStart()
	case "etcdutl":
		if err := utilities().Execute(); err != nil {
			os.Exit(1)
		}
	default:
		fmt.Fprintf(os.Stderr, "%s: call me as etcd, etcdctl or etcdutl\n", name)
		os.Exit(2)
	}
}

// utilities is etcdutl's root command, which upstream keeps in its package main.
func utilities() *cobra.Command {
	root := &cobra.Command{Use: "etcdutl", Short: "works on etcd's files while etcd is stopped"}
	root.PersistentFlags().StringVarP(&etcdutl.OutputFormat, "write-out", "w", "simple", "fields, json, protobuf, simple or table")
	root.AddCommand(
		etcdutl.NewDefragCommand(),
		etcdutl.NewSnapshotCommand(),
		etcdutl.NewHashKVCommand(),
		etcdutl.NewVersionCommand(),
	)
	return root
}
