import { chromium, type Browser } from 'playwright-core';
import { requiredTool } from '../etcd/harness/tool.ts';

/** Debian's chromium, with a profile of its own that goes when it closes, and nothing that would reach out by itself. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: requiredTool('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
