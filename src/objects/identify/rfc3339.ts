import type { Millis } from '../../model/write.ts';

const [dash, letterT, colon, letterZ] = [0x2d, 0x54, 0x3a, 0x5a];

/** `2026-01-02T03:04:05Z`, as the API server writes moments; undefined for any other form, which may be a moment still. */
export function rfc3339(bytes: Uint8Array, start: number, end: number): Millis | undefined {
  if (end - start !== 20 || bytes[start + 19] !== letterZ || bytes[start + 10] !== letterT) return undefined;
  if (bytes[start + 4] !== dash || bytes[start + 7] !== dash) return undefined;
  if (bytes[start + 13] !== colon || bytes[start + 16] !== colon) return undefined;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  // NaN, from anything but a digit, fails these too; the last days of a month are left to the full parser.
  const isPlain = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60;
  if (!isPlain || !(second < 60)) return undefined;
  return (((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** Of the Gregorian calendar, with years counted from March so that the leap day is the last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const marchMonth = month <= 2 ? month + 9 : month - 3;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((marchMonth * 153 + 2) / 5) + day - 1 - 719_468;
}
