/** Field 5 of a stored mvccpb.KeyValue: what the client put. Empty where it is absent or the bytes are damaged. */
export function valueOf(keyValue: Uint8Array): Uint8Array {
  let at = 0;
  while (at < keyValue.length) {
    const tag = keyValue[at++]!;
    let number = 0;
    let scale = 1;
    for (let byte = 0x80; byte >= 0x80 && at < keyValue.length; scale *= 128) {
      byte = keyValue[at++]!;
      number += (byte & 0x7f) * scale;
    }
    const isBytes = (tag & 7) === 2;
    if (tag === 0x2a) return keyValue.subarray(at, Math.min(at + number, keyValue.length));
    if (isBytes) at += number;
  }
  return keyValue.subarray(0, 0);
}
