import { problem, type ErrorCatalogue } from '../errors/problem.ts';
import type { EtcdConnection, PemFile } from '../etcd/connection.ts';
import { parseDuration } from './duration.ts';
import { readOptionFile } from './option-file.ts';

const optionErrors = {
  noPassword: problem(
    'ETCD_NO_PASSWORD',
    (user: string) => `there is no password for user ${user}: give --password, or --user name:password`,
    2,
  ),
  noUser: problem('ETCD_NO_USER', () => '--password is given without --user: say whose it is', 2),
} satisfies ErrorCatalogue;

/** One option of every command that talks to etcd: etcdctl's name and variable, so that its users need learn nothing. */
export interface EtcdOption {
  /** Under this name its value is found. */
  readonly name: keyof EtcdOptionValues;
  readonly flag: string;
  /** Absent for a switch. */
  readonly argument?: string;
  readonly variable: string;
  readonly doc: string;
  /** Another spelling, left out of the help. */
  readonly hidden?: true;
}

/** As the command line and the environment give them. */
export interface EtcdOptionValues {
  readonly etcd?: string;
  readonly endpoints?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly dialTimeout?: string;
  readonly commandTimeout?: string;
}

/** Longer than etcdctl's 2 s and 5 s: a sick etcd is slow. */
const timeouts = { dial: '5s', command: '15s' };

export const etcdOptions: readonly EtcdOption[] = [
  {
    name: 'etcd',
    flag: '--etcd',
    argument: '<urls>',
    variable: 'ETCDCTL_ENDPOINTS',
    doc: 'a live etcd: the URLs of its members, with commas between',
  },
  {
    name: 'endpoints',
    flag: '--endpoints',
    argument: '<urls>',
    variable: 'ETCDCTL_ENDPOINTS',
    doc: 'the same as --etcd',
    hidden: true,
  },
  {
    name: 'cacert',
    flag: '--cacert',
    argument: '<file>',
    variable: 'ETCDCTL_CACERT',
    doc: "the CA that signed etcd's certificate",
  },
  {
    name: 'cert',
    flag: '--cert',
    argument: '<file>',
    variable: 'ETCDCTL_CERT',
    doc: 'our certificate for etcd',
  },
  {
    name: 'key',
    flag: '--key',
    argument: '<file>',
    variable: 'ETCDCTL_KEY',
    doc: 'the key of --cert',
  },
  {
    name: 'insecureSkipTlsVerify',
    flag: '--insecure-skip-tls-verify',
    variable: 'ETCDCTL_INSECURE_SKIP_TLS_VERIFY',
    doc: "do not check etcd's certificate: anybody in between could answer instead",
  },
  {
    name: 'user',
    flag: '--user',
    argument: '<name[:password]>',
    variable: 'ETCDCTL_USER',
    doc: 'where etcd has authentication turned on',
  },
  {
    name: 'password',
    flag: '--password',
    argument: '<password>',
    variable: 'ETCDCTL_PASSWORD',
    doc: 'of --user; the variable keeps it out of the list of processes',
  },
  {
    name: 'dialTimeout',
    flag: '--dial-timeout',
    argument: '<duration>',
    variable: 'ETCDCTL_DIAL_TIMEOUT',
    doc: `how long connecting may take (default: ${timeouts.dial})`,
  },
  {
    name: 'commandTimeout',
    flag: '--command-timeout',
    argument: '<duration>',
    variable: 'ETCDCTL_COMMAND_TIMEOUT',
    doc: `how long one request may take, streams apart (default: ${timeouts.command})`,
  },
];

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The connection that the options and, for those not given, the variables describe, files read; undefined where no
 * endpoint is given. Throws Problems.
 */
export function etcdConnection(given: EtcdOptionValues, environment: Environment): EtcdConnection | undefined {
  const values = withVariables(given, environment);
  const endpoints = (values.etcd ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (endpoints.length === 0) return undefined;
  const user = userOf(values);
  const cacert = pemFile('--cacert', values.cacert);
  const cert = pemFile('--cert', values.cert);
  const key = pemFile('--key', values.key);
  return {
    endpoints: [...new Set(endpoints)],
    ...(cacert && { cacert }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(user && { user }),
    insecureSkipTlsVerify: values.insecureSkipTlsVerify ?? false,
    dialTimeoutMs: parseDuration('--dial-timeout', values.dialTimeout ?? timeouts.dial),
    commandTimeoutMs: parseDuration('--command-timeout', values.commandTimeout ?? timeouts.command),
  };
}

function withVariables(given: EtcdOptionValues, environment: Environment): EtcdOptionValues {
  const { endpoints, ...rest } = given;
  const values: EtcdOptionValues = endpoints === undefined ? rest : { ...rest, etcd: [given.etcd, endpoints].join() };
  const missing = etcdOptions.flatMap(({ name, variable, argument }) => {
    const text = environment[variable] ?? '';
    if (values[name] !== undefined || text === '' || name === 'endpoints') return [];
    return [[name, argument === undefined ? isTrue(text) : text]];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's names and types are these
  const fromVariables = Object.fromEntries(missing) as EtcdOptionValues;
  return { ...fromVariables, ...values };
}

/** As Go's strconv.ParseBool, which etcdctl uses. */
function isTrue(text: string): boolean {
  return ['1', 't', 'true'].includes(text.toLowerCase());
}

function userOf({ user = '', password = '' }: EtcdOptionValues): EtcdConnection['user'] {
  if (user === '') {
    if (password !== '') throw optionErrors.noUser();
    return undefined;
  }
  if (password !== '') return { name: user, password };
  const colon = user.indexOf(':');
  if (colon === -1) throw optionErrors.noPassword(user);
  return { name: user.slice(0, colon), password: user.slice(colon + 1) };
}

/** An empty variable counts as none. */
function pemFile(option: string, file = ''): PemFile | undefined {
  return file === '' ? undefined : { option, file, text: readOptionFile(option, file) };
}
