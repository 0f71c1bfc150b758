import { Agent, request as httpsRequest } from 'node:https';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type RequestOptions = {
  /** Whose request it is; without it the administrator's. */
  token?: string;
  contentType?: string;
  fieldManager?: string;
  userAgent?: string;
  /** Whom the request is made as. */
  impersonate?: string;
};

export type KubeObject = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly [field: string]: unknown;
  };
  /** Of a list. */
  readonly items?: readonly KubeObject[];
  readonly [field: string]: unknown;
};

export type Answer = {
  readonly status: number;
  readonly text: string;
  /** What kubectl would print after `Warning: `. */
  readonly warnings: readonly string[];
};

export type ApiClient = {
  /** Whatever the answer is, unparsed. Rejects only when there is none. */
  send(method: Method, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>;
  /** The object of a 2xx answer; throws with the API server's message otherwise. */
  request(method: Method, path: string, body?: unknown, options?: RequestOptions): Promise<KubeObject>;
  close(): void;
};

/** Speaks to the API server over a few connections that stay open until `close`. */
export function apiClient(url: string, ca: string, adminToken: string): ApiClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca });

  async function send(method: Method, path: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const target = new URL(path, url);
    if (options.fieldManager !== undefined) target.searchParams.set('fieldManager', options.fieldManager);
    const request = httpsRequest(
      target,
      { method, agent, timeout: 30_000, headers: headers(method, adminToken, options) },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(pieces).toString(),
            warnings: (response.headersDistinct['warning'] ?? []).map(warningText),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${method} ${path} was not answered within 30 s`)));
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  return {
    send,
    async request(method, path, body, options) {
      const { status, text } = await send(method, path, body, options);
      if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
      const answer: unknown = JSON.parse(text);
      if (!isKubeObject(answer))
        throw new Error(`${method} ${path}: not an object of Kubernetes: ${text.slice(0, 500)}`);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

function headers(
  method: Method,
  adminToken: string,
  { token = adminToken, contentType, userAgent, impersonate }: RequestOptions,
): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'content-type': contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'),
    'user-agent': userAgent ?? 'kubechurn-test',
    ...(impersonate !== undefined && { 'impersonate-user': impersonate }),
  };
}

/** `299 - "text"`, with quotes and backslashes escaped (RFC 7234). */
function warningText(header: string): string {
  return (/^\d+ \S+ "(.*)"$/.exec(header)?.[1] ?? header).replaceAll(/\\(.)/g, '$1');
}

function isKubeObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'metadata' in value;
}
