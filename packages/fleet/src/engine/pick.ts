const GOLDEN = 0.618_033_988_749_895;

/**
 * Whether one of many belongs to a share of them. The picked lie evenly among the others, and a
 * larger share has all of a smaller one.
 *
 * @param share - 0 to 1
 */
export function isPicked(index: number, share: number): boolean {
  return share >= 1 || (share > 0 && ((index + 0.5) * GOLDEN) % 1 < share);
}
