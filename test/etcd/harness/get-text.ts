import { get } from 'node:http';

/** Body of a 200 answer over plain HTTP; undefined for any other answer, or none within a second. Leaves no connection open. */
export function getText(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 1_000 }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve(response.statusCode === 200 ? Buffer.concat(pieces).toString() : undefined));
      response.on('error', () => resolve(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}
