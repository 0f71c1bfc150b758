/** A run that ends by SIGKILL as a step begins: `maintain-until.ts ENDPOINTS STEP LOCK`. */
import { maintained } from './maintain.ts';

const [, , endpoints = '', step = '', lock = ''] = process.argv;
await maintained(endpoints, { lock, onDoing: (what) => what.startsWith(step) && process.kill(process.pid, 'SIGKILL') });
