import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

const s3PlaceErrors = {
  notABucket: problem(
    'BACKUP_NOT_A_BUCKET',
    (text: string) => `--backup ${text} names no bucket: give s3://BUCKET or s3://BUCKET/PREFIX`,
    2,
  ),
  noUrl: problem(
    'BACKUP_ENDPOINT_INVALID',
    (text: string) => `--backup-endpoint ${text} is no URL: give one such as https://s3.example.com`,
    2,
  ),
} satisfies ErrorCatalogue;

/** `s3://bucket/a/b` -> bucket, and the prefix `a/b/` that keys begin with; `` where there is none. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
}

/** undefined where the text names a directory. Throws BACKUP_NOT_A_BUCKET. */
export function parseS3Place(text: string): S3Place | undefined {
  if (!/^s3:/i.test(text)) return undefined;
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) throw s3PlaceErrors.notABucket(text);
  const prefix = path.replace(/^\/+|\/+$/g, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/** Throws BACKUP_ENDPOINT_INVALID. */
export function parseEndpoint(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) throw s3PlaceErrors.noUrl(text);
  return text;
}
