import { spawn } from 'node:child_process';

/** What a program printed. Throws with what it said on stderr where it does not end with 0. */
export function output(program: string, args: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0) resolve(said);
    else reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${complained}${said}`));
  });
  return promise;
}
