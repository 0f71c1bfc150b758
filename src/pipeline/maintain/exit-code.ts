import type { MaintenanceRecord } from '../../report/maintenance/schema.ts';

/** What scripts and Jobs tell the outcomes apart by; 2 is a mistake in the options. */
const exitCodes: Readonly<Record<MaintenanceRecord['outcome'], number>> = {
  'nothing-to-do': 0,
  planned: 0,
  done: 0,
  failed: 1,
  refused: 3,
  partial: 4,
};

export function exitCodeOf({ outcome }: Pick<MaintenanceRecord, 'outcome'>): number {
  return exitCodes[outcome];
}
