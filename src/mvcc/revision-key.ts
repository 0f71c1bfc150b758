/** Keys of etcd's bucket `key`: main u64, `_`, sub u64, big-endian; a tombstone has a `t` behind (server/storage/mvcc/revision.go). */
export const revisionKeySize = 17;
export const tombstoneKeySize = 18;
export const underscore = 0x5f;
export const tombstoneMark = 0x74;
