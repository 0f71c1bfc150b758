const meanings: Readonly<Record<string, string>> = {
  NOSPACE: 'etcd refuses every write until space is freed and the alarm disarmed',
  CORRUPT: 'members disagree about the data; restore the damaged one before anything else',
};

/** What an alarm of etcd means for whoever is on call. */
export function alarmMeaning(alarm: string): string {
  return meanings[alarm] ?? 'alarm raised by etcd';
}
