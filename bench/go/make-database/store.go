package main

import (
	"encoding/binary"

	bolt "go.etcd.io/bbolt"
)

// store writes revisions as etcd's backend lays them out in bbolt.
type store struct {
	database *bolt.DB
	tx       *bolt.Tx
	revision int64 // of the last write
	pending  int
	versions map[string]life // live keys
	keys     int             // distinct, ever
	once     int             // keys of putOnce: all alive
	writes   int
	deletes  int
}

type life struct{ created, version int64 }

// etcd commits its backend after this many writes (server/storage/backend, defaultBatchLimit).
const batchLimit = 10_000

func openStore(path string) (*store, error) {
	database, err := bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true, NoSync: true, NoGrowSync: true, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	s := &store{database: database, revision: 1, versions: make(map[string]life)}
	err = database.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{"alarm", "auth", "authRoles", "authUsers", "cluster", "key", "lease", "members", "members_removed", "meta"} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	return s, err
}

func (s *store) put(key string, value []byte, lease int64) {
	s.revision++
	s.writes++
	l, lives := s.versions[key]
	if !lives { // no key comes back here after its deletion
		s.keys++
		l = life{created: s.revision}
	}
	l.version++
	s.versions[key] = l
	s.append(revisionKey(s.revision, false), keyValue(key, value, l.created, s.revision, l.version, lease))
}

// putOnce writes a key that is never written again, without remembering it.
func (s *store) putOnce(key string, value []byte) {
	s.keys++
	s.once++
	s.revision++
	s.writes++
	s.append(revisionKey(s.revision, false), keyValue(key, value, s.revision, s.revision, 1, 0))
}

func (s *store) delete(key string) {
	s.revision++
	s.writes++
	s.deletes++
	delete(s.versions, key)
	s.append(revisionKey(s.revision, true), field(nil, 1, []byte(key)))
}

func (s *store) append(key, value []byte) {
	if s.tx == nil {
		s.tx = must(s.database.Begin(true))
		s.bucket().FillPercent = 0.9 // as etcd, whose keys only grow
	}
	check(s.bucket().Put(key, value))
	if s.pending++; s.pending == batchLimit {
		s.commit()
	}
}

func (s *store) bucket() *bolt.Bucket { return s.tx.Bucket([]byte("key")) }

func (s *store) commit() {
	if s.tx != nil {
		check(s.tx.Commit())
	}
	s.tx, s.pending = nil, 0
}

func (s *store) close() {
	s.commit()
	check(s.database.Update(func(tx *bolt.Tx) error {
		meta := tx.Bucket([]byte("meta"))
		check(meta.Put([]byte("consistent_index"), binary.BigEndian.AppendUint64(nil, uint64(s.revision+10))))
		check(meta.Put([]byte("term"), binary.BigEndian.AppendUint64(nil, 2)))
		return meta.Put([]byte("storageVersion"), []byte("3.6.0"))
	}))
	check(s.database.Sync())
	check(s.database.Close())
}

func revisionKey(main int64, tombstone bool) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, 18), uint64(main))
	key = binary.BigEndian.AppendUint64(append(key, '_'), 0)
	if tombstone {
		key = append(key, 't')
	}
	return key
}

// keyValue encodes mvccpb.KeyValue.
func keyValue(key string, value []byte, created, modified, version, lease int64) []byte {
	out := field(make([]byte, 0, len(key)+len(value)+32), 1, []byte(key))
	out = number(out, 2, created)
	out = number(out, 3, modified)
	out = number(out, 4, version)
	out = field(out, 5, value)
	if lease != 0 {
		out = number(out, 6, lease)
	}
	return out
}

func field(out []byte, id byte, bytes []byte) []byte {
	return append(binary.AppendUvarint(append(out, id<<3|2), uint64(len(bytes))), bytes...)
}

func number(out []byte, id byte, n int64) []byte {
	return binary.AppendUvarint(append(out, id<<3), uint64(n))
}
