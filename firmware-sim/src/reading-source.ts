/** Values of a board's sensors by name, such as `temperature`, at a moment in ms since its start. */
export type ReadingSource = (timeMs: number) => Readonly<Record<string, number | undefined>>;

/**
 * Replays rows, one each `intervalMs`, over and over.
 *
 * @param rows - at least one
 */
export function replaySource(
  rows: readonly Readonly<Record<string, number | undefined>>[],
  intervalMs: number,
): ReadingSource {
  return (timeMs) => rows[Math.floor(timeMs / intervalMs) % rows.length] ?? {};
}
