/** The spans of time to choose from, and their words. */
export const spanWords = {
  hour: "The last hour",
  day: "The last 24 hours",
  week: "The last 7 days",
  all: "All there is",
  range: "From … to …",
} as const;

export type DownloadSpan = keyof typeof spanWords;

const spanMs: Partial<Record<DownloadSpan, number>> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};

/** What the reader asks for. */
export interface DownloadWish {
  readonly node: string;
  /** Empty for all. */
  readonly field: string;
  readonly span: DownloadSpan;
  /** Ends of a `range`, as a date field gives them: by the reader's clock. Empty for open. */
  readonly from: string;
  readonly to: string;
}

/** The words of the API's question; undefined where the span ends before it begins. */
export function csvQuery(wish: DownloadWish, nowMs: number): Record<string, string> | undefined {
  const { node, field, span, from, to } = wish;
  const words = { node, ...(field && { field }) };
  const backMs = spanMs[span];
  if (backMs !== undefined) return { ...words, from: new Date(nowMs - backMs).toISOString() };
  if (span === "all") return words;
  const [fromMs, toMs] = [from, to].map((time) => (time === "" ? undefined : Date.parse(time)));
  if (fromMs !== undefined && toMs !== undefined && toMs < fromMs) return undefined;
  return {
    ...words,
    ...(fromMs !== undefined && { from: new Date(fromMs).toISOString() }),
    ...(toMs !== undefined && { to: new Date(toMs).toISOString() }),
  };
}
