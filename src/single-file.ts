import { getAsset } from 'node:sea';

import { runCommandLine } from './command-line.ts';

// The entry of the single executable file (tools/single-file.ts). It has no modules beside it that a thread could start
// with, so it carries one as an asset.
void runCommandLine(new URL(`data:text/javascript,${encodeURIComponent(getAsset('thread.js', 'utf8'))}`));
