/** Edits between two words: a letter more, less, other, or two swapped. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const edits = [
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      if (swapped) edits.push((before[column - 2] ?? 0) + 1);
      current.push(Math.min(...edits));
    }
    before = previous;
    previous = current;
  }
  return previous[other.length] ?? 0;
}

/**
 * The known word that was most likely meant: `nearestWord("resoluton", keys)` is `resolution`.
 *
 * @param word - at most 64 characters are looked at
 * @returns undefined where none is near enough to be a slip of the pen
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const meant = word.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(meant.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(meant, candidate.toLowerCase());
    if (edits < fewest || (edits === 0 && candidate === word)) {
      fewest = edits;
      best = candidate;
    }
  }
  return best ?? beginsAs(meant, known);
}

/** `bool` for `boolean`, where only one word begins so. */
function beginsAs(meant: string, known: readonly string[]): string | undefined {
  if (meant.length < 3) return undefined;
  const [only, ...others] = known.filter((word) => word.toLowerCase().startsWith(meant));
  return others.length === 0 ? only : undefined;
}
