/** Indices of a longest subsequence that never falls (patience sorting, O(n log n)). */
export function longestRise(values: readonly number[]): number[] {
  const tails: number[] = []; // tails[k]: index of the smallest value that ends a rise of k + 1 values
  const before = new Int32Array(values.length).fill(-1);
  values.forEach((value, i) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const tail = tails[middle];
      if (tail !== undefined && (values[tail] ?? 0) > value) high = middle;
      else low = middle + 1;
    }
    before[i] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = i;
  });
  const rise: number[] = [];
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) rise.push(i);
  return rise.toReversed();
}
