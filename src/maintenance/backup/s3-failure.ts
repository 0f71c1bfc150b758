/** By what an S3 server, the SDK or the network call it. */
const causes: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/NoSuchBucket/, 'there is no such bucket'],
  [
    /CredentialsProviderError|CredentialsError/,
    'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or AWS_WEB_IDENTITY_TOKEN_FILE',
  ],
  [/InvalidAccessKeyId/, 'the server does not know this access key'],
  [/SignatureDoesNotMatch/, 'the secret key is wrong for this access key'],
  [/ExpiredToken|InvalidToken|TokenRefreshRequired/, 'the credentials have expired'],
  [/AccessDenied|AllAccessDisabled/, 'these credentials may not write there'],
  [/PermanentRedirect|AuthorizationHeaderMalformed/, 'the bucket is in another region: set AWS_REGION'],
  [/RequestTimeTooSkewed/, 'the clock of this machine is wrong'],
  [/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/, 'its certificate is not to be trusted: set NODE_EXTRA_CA_CERTS'],
];

/** The network's; the SDK may have put it into words. */
const onTheWay = /\b(ECONN[A-Z]+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)\b/;

/** One clause. `at` is the server, for what is met on the way to it. */
export function whyS3Failed(error: unknown, at: string): string {
  if (!(error instanceof Object)) return String(error);
  const { name = '', code = '', message = '' } = texts(error);
  const known = causes.find(([pattern]) => pattern.test(name) || pattern.test(code));
  if (known) return `${known[1]}${name === '' || name === 'Error' ? '' : ` (${name})`}`;
  const [errno] = onTheWay.exec(`${code} ${message}`) ?? [];
  if (errno !== undefined || /Timeout|Abort/.test(name)) return `${at} does not answer (${errno ?? name})`;
  // A HEAD is answered without a body, so without a name.
  const status = statusOf(error);
  const said = message === '' || message === 'UnknownError' ? name : message.replace(/\.$/, '');
  return status === undefined ? said : `${said} (status ${status})`;
}

function texts(error: object): Readonly<Partial<Record<'name' | 'code' | 'message', string>>> {
  return Object.fromEntries(
    (['name', 'code', 'message'] as const).flatMap((field) => {
      const value: unknown = Reflect.get(error, field);
      return typeof value === 'string' ? [[field, value]] : [];
    }),
  );
}

function statusOf(error: object): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown = metadata instanceof Object ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}
