import { alarms } from './alarms.ts';
import { answers } from './answers.ts';
import { autoCompaction } from './auto-compaction.ts';
import { backup } from './backup.ts';
import { ownCertificates, serverCertificates } from './certificates.ts';
import { clocks } from './clocks.ts';
import type { Check } from './define-check.ts';
import { fragmentation } from './fragmentation.ts';
import { growth } from './growth.ts';
import { lag } from './lag.ts';
import { lastCompaction } from './last-compaction.ts';
import { leader } from './leader.ts';
import { learners } from './learners.ts';
import { memberCount } from './member-count.ts';
import { oneCluster } from './one-cluster.ts';
import { quota } from './quota.ts';
import { size } from './size.ts';
import { strayQuota } from './stray-quota.ts';
import { version } from './version.ts';
import { volume } from './volume.ts';

/** In the order in which they are printed: those of a category stand together. */
export const checks: readonly Check[] = [
  answers,
  oneCluster,
  leader,
  memberCount,
  learners,
  lag,
  clocks,
  version,
  alarms,
  quota,
  strayQuota,
  volume,
  size,
  fragmentation,
  growth,
  autoCompaction,
  lastCompaction,
  ownCertificates,
  serverCertificates,
  backup,
];
