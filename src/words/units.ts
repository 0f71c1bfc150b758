/** Figures as people read them. Written out here, not by Intl: the same bytes on every machine. */

/** `1204311` as `1,204,311`. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 cause`, `3 causes`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `0.521` as `52.1 %`. Never rounds to nothing or to all: `<0.1 %`, `>99.9 %`. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  if (share < 0.001) return '<0.1 %';
  if (share < 1 && share >= 0.9995) return '>99.9 %';
  return `${(share * 100).toFixed(1)} %`;
}

const byteUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `2147483648` as `2.0 GiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  let scaled = n;
  for (const unit of byteUnits) {
    scaled /= 1024;
    // 1023.96 KiB would be printed as 1024.0 KiB
    if (scaled < 1023.95 || unit === 'PiB') return `${scaled.toFixed(1)} ${unit}`;
  }
  return `${n} B`;
}

/** `2026-03-01T02:59:07.123Z` as `2026-03-01 02:59`. */
export function toTheMinute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** `-` where unknown. */
export function perMinute(rate: number | null): string {
  if (rate === null) return '-';
  if (rate >= 100) return `${count(Math.round(rate))}/min`;
  if (rate > 0 && rate < 0.1) return '<0.1/min';
  return `${rate.toFixed(1)}/min`;
}

/** The two largest units that count: `45 s`, `1 h 6 min`, `3 d 2 h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}
