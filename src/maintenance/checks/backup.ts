import { skipped, type Check } from './define-check.ts';

export const backup: Check = {
  category: 'backup',
  name: 'backup',
  needs: [],
  looksAt: 'nothing: etcd does not record when a snapshot of it was last taken, so its age is unknown',
  judge: () =>
    skipped(
      'unknown: etcd does not record when a snapshot was taken',
      'take one regularly, and keep it elsewhere: kubechurn maintain --backup DIR, or etcdctl snapshot save FILE',
    ),
};
