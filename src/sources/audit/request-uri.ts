/** What the query of a request says: `?fieldManager=kubectl&dryRun=All`. */
export interface Query {
  readonly fieldManager?: string;
  readonly dryRun?: true;
}

const none: Query = {};

export function queryOf(requestUri: string): Query {
  const mark = requestUri.indexOf('?');
  if (mark === -1 || !(requestUri.includes('fieldManager=', mark) || requestUri.includes('dryRun=', mark))) return none;
  const query = new URLSearchParams(requestUri.slice(mark + 1));
  const fieldManager = query.get('fieldManager') ?? '';
  return {
    ...(fieldManager !== '' && { fieldManager }),
    ...(query.get('dryRun') === 'All' && { dryRun: true }),
  };
}
