import { isApiFailure, type KubeApi } from './api.ts';

/** Stable since 1.28; before that under its old name (apiserver pkg/storage/etcd3/metrics). */
const gauge = /^apiserver_storage_(?:size_bytes|db_total_size_in_bytes)(?:\{[^}]*\})? (\S+)$/gm;

/** The size of the database behind an API server, by its own metrics: the largest where Events have one of their own. undefined where it may not be asked. */
export async function readStorageSize(api: KubeApi): Promise<number | undefined> {
  try {
    const { status, text } = await api.send('/metrics', { accept: 'text/plain', timeoutMs: 20_000 });
    if (status !== 200) return undefined;
    const sizes = [...text.matchAll(gauge)].map(([, value]) => Number(value)).filter((size) => size > 0);
    return sizes.length === 0 ? undefined : Math.max(...sizes);
  } catch (error) {
    if (isApiFailure(error)) return undefined;
    throw error;
  }
}
