import { problem, type ErrorCatalogue } from '../../errors/problem.ts';

export const tlsErrors = {
  badPair: problem(
    'TLS_BAD_PAIR',
    (certificate: string, key: string, why: string) =>
      `${certificate} and ${key} cannot be served with (${why}): give a certificate in PEM and the key that belongs to it`,
    2,
  ),
} satisfies ErrorCatalogue;
