import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { compositeSha256, partsOf, partSizeFor, type Part } from './parts.ts';

/** How a bucket is reached; credentials and region come from where AWS's own programs take them. */
export interface S3Access {
  readonly bucket: string;
  /** Absent: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile, Amazon. */
  readonly endpoint?: string;
  /** `http://server/bucket/key` instead of `http://bucket.server/key`. */
  readonly pathStyle: boolean;
}

/** An object as it was sent. */
export interface Sent {
  readonly bytes: number;
  /** Hexadecimal, of all of it. */
  readonly sha256: string;
  /** As S3 states it of an object in parts. */
  readonly composite: string;
}

/** What is asked of a bucket. What fails is thrown as the SDK throws it. */
export interface Bucket {
  /** Begins an upload and gives it up: shows that one may write, and leaves nothing, not even where versions are kept. */
  tryUpload(key: string): Promise<void>;
  /** Sends it in parts, several at once; whatever fails, no part stays. */
  upload(key: string, pieces: Iterable<Uint8Array>, bytes: number, signal: AbortSignal): Promise<Sent>;
  /** Why what lies there is not what was sent; undefined where it is. */
  difference(key: string, sent: Sent, signal: AbortSignal): Promise<string | undefined>;
  put(key: string, text: string): Promise<void>;
  /** Names behind the prefix. */
  list(prefix: string): Promise<readonly string[]>;
  remove(key: string): Promise<void>;
}

const soon = 15_000;
const atOnce = 4;

export async function openBucket({ bucket: Bucket, endpoint, pathStyle }: S3Access): Promise<Bucket> {
  const client = new S3Client({
    region: await regionOrDefault(),
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: pathStyle,
    followRegionRedirects: true,
    // Others than Amazon's refuse the checksums that are not required; ours are sent with each part.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
  });
  const begin = async (Key: string, abortSignal: AbortSignal): Promise<string | undefined> => {
    const command = new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256' });
    return (await client.send(command, { abortSignal })).UploadId;
  };
  const giveUp = (Key: string, UploadId: string | undefined) =>
    client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), { abortSignal: AbortSignal.timeout(soon) });

  return {
    async tryUpload(key) {
      await giveUp(key, await begin(key, AbortSignal.timeout(soon)));
    },
    async upload(Key, pieces, bytes, signal) {
      const UploadId = await begin(Key, signal);
      const failing = new AbortController();
      const abortSignal = AbortSignal.any([signal, failing.signal]);
      const whole = createHash('sha256');
      const digests: Buffer[] = [];
      const completed: CompletedPart[] = [];
      const send = async ({ number: PartNumber, bytes: Body }: Part): Promise<void> => {
        const digest = createHash('sha256').update(Body).digest();
        digests[PartNumber - 1] = digest;
        const ChecksumSHA256 = digest.toString('base64');
        const part = { Bucket, Key, UploadId, PartNumber, Body, ChecksumSHA256 };
        const { ETag } = await client.send(new UploadPartCommand(part), { abortSignal });
        completed[PartNumber - 1] = { PartNumber, ETag, ChecksumSHA256 };
      };
      let length = 0;
      const parts = partsOf(counted(pieces), partSizeFor(bytes));
      function* counted(from: Iterable<Uint8Array>): Generator<Uint8Array> {
        for (const piece of from) {
          whole.update(piece);
          length += piece.length;
          yield piece;
        }
      }
      const lane = async (): Promise<void> => {
        for (const part of parts) await send(part);
      };
      const lanes = Array.from({ length: atOnce }, lane);
      try {
        await Promise.all(lanes);
        await client.send(
          new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: completed } }),
          { abortSignal },
        );
      } catch (error) {
        failing.abort();
        await Promise.allSettled(lanes); // a part that still arrives would stay
        await giveUp(Key, UploadId).catch(() => undefined);
        throw error;
      }
      return { bytes: length, sha256: whole.digest('hex'), composite: compositeSha256(digests) };
    },
    async difference(Key, sent, abortSignal) {
      const head: HeadObjectCommandOutput = await client.send(
        new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }),
        { abortSignal },
      );
      if (head.ContentLength !== sent.bytes) return `it has ${head.ContentLength} bytes of ${sent.bytes}`;
      if (head.ChecksumSHA256 !== undefined)
        return head.ChecksumSHA256 === sent.composite ? undefined : 'its SHA-256 is another one';
      // Not every server keeps checksums: then reading it back tells.
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
      const hash = createHash('sha256');
      const pieces: AsyncIterable<Uint8Array> | undefined = Body?.transformToWebStream();
      for await (const piece of pieces ?? []) hash.update(piece);
      return hash.digest('hex') === sent.sha256 ? undefined : 'it reads back differently';
    },
    async put(Key, Body) {
      const command = new PutObjectCommand({ Bucket, Key, Body, ContentType: 'text/plain' });
      await client.send(command, { abortSignal: AbortSignal.timeout(soon) });
    },
    async list(Prefix) {
      const names: string[] = [];
      for (let ContinuationToken: string | undefined; ;) {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken !== undefined && { ContinuationToken }) }),
          { abortSignal: AbortSignal.timeout(soon) },
        );
        names.push(
          ...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(Prefix.length)])),
        );
        if (page.NextContinuationToken === undefined) return names;
        ContinuationToken = page.NextContinuationToken;
      }
    },
    async remove(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal: AbortSignal.timeout(soon) });
    },
  };
}

/** Where neither the environment nor the profile names one: S3 servers other than Amazon's mostly call theirs so. */
async function regionOrDefault(): Promise<string> {
  return new S3Client({}).config.region().catch(() => 'us-east-1');
}
