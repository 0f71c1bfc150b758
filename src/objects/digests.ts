import type { Json, JsonObject } from '../model/json.ts';
import type { Digest } from '../model/object.ts';
import { maxDepth } from './depth.ts';
import { isTimestamp, zoneUnder, type Zone } from './timestamps.ts';

/** `h1` of what an object says, `h2` of that without its moments: equal h2 and other h1 is a timestamp that moved. */
export interface Digests {
  readonly h1: Digest;
  readonly h2: Digest;
}

/** The parts of metadata that change with every write, whatever was written. */
export const bookkeeping: ReadonlySet<string> = new Set(['managedFields', 'resourceVersion', 'generation']);

/**
 * Both digests of an object in one walk. Map keys count in any order (each entry is hashed alone and summed), list items
 * in theirs.
 */
export function digests(object: JsonObject): Digests {
  hashObject(object, 'named', '', '', 0);
  return { h1: join(a1, b1), h2: join(a2, b2) };
}

/** Of any value, moments included; for telling list items apart. */
export function digestOf(value: Json): Digest {
  hashValue(value, 'fixed', '', '', 2);
  return join(a1, b1);
}

// The result of the last hash function that ran: two lanes of 32 bits for h1, two for h2. Variables of the module,
// because returning four numbers would allocate an object for every leaf.
let a1 = 0;
let b1 = 0;
let a2 = 0;
let b2 = 0;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

function hashValue(value: Json, zone: Zone, name: string, parent: string, depth: number): void {
  if (typeof value === 'object' && value !== null && depth < maxDepth) {
    if (isList(value)) hashList(value, zone, name, parent, depth);
    else hashObject(value, zone, name, parent, depth);
    return;
  }
  if (typeof value === 'string') hashString(value, 0x1b873593);
  else if (typeof value === 'number') hashNumber(value);
  else setConstant(value === null ? 3 : value === true ? 5 : value === false ? 7 : 11);
  if (isTimestamp(zone, name, parent, value)) {
    a2 = 0x74696d65;
    b2 = 0x656d6974;
  } else {
    a2 = a1;
    b2 = b1;
  }
}

function hashObject(object: JsonObject, zone: Zone, name: string, parent: string, depth: number): void {
  let sa1 = 17;
  let sb1 = 19;
  let sa2 = 17;
  let sb2 = 19;
  const skipBookkeeping = depth === 1 && name === 'metadata';
  for (const key in object) {
    if (skipBookkeeping && bookkeeping.has(key)) continue;
    hashValue(object[key]!, zoneUnder(zone, key, depth), key, name === '' ? parent : name, depth + 1);
    const va1 = a1;
    const vb1 = b1;
    const va2 = a2;
    const vb2 = b2;
    hashString(key, 0x2545f491);
    sa1 = (sa1 + mix(a1, va1)) | 0;
    sb1 = (sb1 + mix(b1, vb1)) | 0;
    sa2 = (sa2 + mix(a1, va2)) | 0;
    sb2 = (sb2 + mix(b1, vb2)) | 0;
  }
  a1 = sa1;
  b1 = sb1;
  a2 = sa2;
  b2 = sb2;
}

function hashList(list: readonly Json[], zone: Zone, name: string, parent: string, depth: number): void {
  let sa1 = 23;
  let sb1 = 29;
  let sa2 = 23;
  let sb2 = 29;
  for (const item of list) {
    hashValue(item, zone, name, parent, depth + 1);
    sa1 = mix(sa1, a1);
    sb1 = mix(sb1, b1);
    sa2 = mix(sa2, a2);
    sb2 = mix(sb2, b2);
  }
  a1 = sa1;
  b1 = sb1;
  a2 = sa2;
  b2 = sb2;
}

/** Two characters a step into both lanes: FNV's step with two different primes. */
function hashString(value: string, seed: number): void {
  let a = seed ^ value.length;
  let b = ~seed;
  const even = value.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const pair = value.charCodeAt(i) | (value.charCodeAt(i + 1) << 16);
    a = Math.imul(a ^ pair, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ pair, 0x5bd1e995);
    b ^= b >>> 13;
  }
  if (even < value.length) {
    a = Math.imul(a ^ value.charCodeAt(even), 0x01000193);
    b = Math.imul(b ^ value.charCodeAt(even), 0x5bd1e995);
  }
  a1 = finish(a);
  b1 = finish(b);
}

function hashNumber(value: number): void {
  number[0] = value;
  a1 = mix(words[0]!, words[1]!);
  b1 = mix(words[1]! ^ 0x51ed270b, words[0]!);
}

function setConstant(tag: number): void {
  a1 = Math.imul(tag, 0x3c6ef372);
  b1 = Math.imul(tag, 0x1f83d9ab);
}

function mix(left: number, right: number): number {
  return finish(Math.imul(left ^ ((right << 13) | (right >>> 19)), 0x2c1b3c6d) + Math.imul(right, 0x297a2d39));
}

/** Every input bit reaches every output bit. */
function finish(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

function join(a: number, b: number): Digest {
  return (a >>> 0) * 0x200000 + (b >>> 11);
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
