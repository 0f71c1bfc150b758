import { statSync } from 'node:fs';
import { isProblem, problem, type ErrorCatalogue } from '../../errors/problem.ts';
import { encryptedPieces, encryptionOverhead } from './encryption.ts';
import { piecesOf } from './file-pieces.ts';
import { prefixOf, surplusBackups, type Retention } from './name.ts';
import type { Bucket, S3Access } from './s3-bucket.ts';
import { whyS3Failed } from './s3-failure.ts';
import type { S3Place } from './s3-place.ts';
import { backupErrors, checksumLine, type BackupStore } from './store.ts';

const s3Errors = {
  damaged: problem('BACKUP_DAMAGED', (at: string, why: string) => `${at} is not what was sent: ${why}`),
} satisfies ErrorCatalogue;

export interface S3Options extends Pick<S3Access, 'endpoint' | 'pathStyle'> {
  readonly place: S3Place;
  /** Encrypts before anything leaves this machine. */
  readonly key?: Buffer;
  readonly retention: Retention;
}

/** Backups as objects of a bucket, each sent from a file that is whole, so that etcd never waits for the network. */
export function s3Store({ place, key, retention, ...access }: S3Options): BackupStore {
  const { bucket: name, prefix } = place;
  const where = `s3://${name}/${prefix}`;
  const server = access.endpoint ?? 'S3';
  // Not before a backup is due: the client takes longer to load than a look at an etcd within its budget.
  let opened: Promise<Bucket> | undefined;
  const bucket = (): Promise<Bucket> =>
    (opened ??= import('./s3-bucket.ts').then(({ openBucket }) => openBucket({ bucket: name, ...access })));

  return {
    place: where.replace(/\/$/, ''),
    async obstacle() {
      try {
        const to = await bucket();
        await to.tryUpload(`${prefix}.kubechurn`);
        // Else it would turn out only after everything was done that nothing can be removed.
        if (hasLimits(retention)) await to.list(`${prefix}etcd-0`);
        return undefined;
      } catch (error) {
        return whyS3Failed(error, server);
      }
    },
    async keep(file, plainName, signal) {
      const kept = key === undefined ? plainName : `${plainName}.enc`;
      const [to, at] = [`${prefix}${kept}`, `${where}${kept}`];
      const pieces = key === undefined ? piecesOf(file) : encryptedPieces(piecesOf(file), key);
      const size = statSync(file).size + (key === undefined ? 0 : encryptionOverhead);
      try {
        const open = await bucket();
        const sent = await open.upload(to, pieces, size, signal);
        try {
          const why = await open.difference(to, sent, signal);
          if (why !== undefined) throw s3Errors.damaged(at, why);
          await open.put(`${to}.sha256`, checksumLine(sent.sha256, kept));
        } catch (error) {
          await Promise.allSettled([to, `${to}.sha256`].map((each) => open.remove(each)));
          throw error;
        }
        return { at, sha256: sent.sha256 };
      } catch (error) {
        signal.throwIfAborted();
        throw isProblem(error) ? error : backupErrors.notKept(at, whyS3Failed(error, server));
      }
    },
    async prune(clusterId, limits, now) {
      if (!hasLimits(limits)) return [];
      const open = await bucket();
      const ofCluster = `${prefix}${prefixOf(clusterId)}`;
      const names = (await open.list(ofCluster)).map((rest) => `${prefixOf(clusterId)}${rest}`);
      const surplus = surplusBackups(names, clusterId, limits, now);
      for (const each of surplus) {
        await open.remove(`${prefix}${each}`);
        await open.remove(`${prefix}${each}.sha256`);
      }
      return surplus;
    },
  };
}

function hasLimits({ count, ageMs }: Retention): boolean {
  return count !== undefined || ageMs !== undefined;
}
