import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

// `helm package`, with the same bytes from the same chart: helm writes the time of packaging into the archive, this
// SOURCE_DATE_EPOCH (seconds; 1970 without it). The argument is the directory it goes into; default dist.

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2] ?? join(root, 'dist');
const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? 0);
const scratch = await mkdtemp(join(tmpdir(), 'kubechurn-package-'));
try {
  const { status, stderr, error } = spawnSync('helm', ['package', join(root, 'chart'), '--destination', scratch], {
    encoding: 'utf8',
  });
  if (error ?? status !== 0) throw new Error(`helm package: ${error?.message ?? stderr}`);
  const [name = ''] = await readdir(scratch);
  await mkdir(target, { recursive: true });
  const archive = gunzipSync(await readFile(join(scratch, name)));
  await writeFile(join(target, name), gzipSync(atTime(archive, seconds), { level: 9 }));
  console.log(join(target, name));
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** The tar archive, each file in it of that time (POSIX ustar: 512 bytes of header, then its contents in whole blocks). */
function atTime(archive: Buffer, time: number): Buffer {
  const octal = (offset: number, length: number): number =>
    Number.parseInt(archive.toString('latin1', offset, offset + length), 8);
  for (let at = 0; at < archive.length && archive[at] !== 0; at += 512 * (1 + Math.ceil(octal(at + 124, 12) / 512))) {
    const type = archive.toString('latin1', at + 156, at + 157);
    if (type !== '0') throw new Error(`the archive has an entry of type ${type}, whose time may be elsewhere too`);
    archive.write(`${time.toString(8).padStart(11, '0')}\0`, at + 136, 'latin1');
    archive.fill(' ', at + 148, at + 156); // as which the sum counts itself
    const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return archive;
}
