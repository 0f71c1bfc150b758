// The least a Go program can do: walk bbolt's cursor over etcd's bucket `key`
// and count the revisions of each key. The bench compares kubechurn with it.
package main

import (
	"encoding/binary"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

func main() {
	database, err := bolt.Open(os.Args[1], 0o400, &bolt.Options{ReadOnly: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	counts := make(map[string]*int)
	revisions := 0
	err = database.View(func(tx *bolt.Tx) error {
		cursor := tx.Bucket([]byte("key")).Cursor()
		for k, v := cursor.First(); k != nil; k, v = cursor.Next() {
			// mvccpb.KeyValue: the key is its first field, so byte 0 is the tag and a length follows.
			size, width := binary.Uvarint(v[1:])
			key := v[1+width : 1+width+int(size)]
			if count, known := counts[string(key)]; known { // no allocation in this form
				*count++
			} else {
				one := 1
				counts[string(key)] = &one
			}
			revisions++
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(revisions, "revisions of", len(counts), "keys")
}
