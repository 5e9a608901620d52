import type { LogLineView, LogView } from "../../detail-types.js";

/** What the page keeps of the log. */
export interface KeptLog {
  /** The newest first. */
  readonly lines: readonly LogLineView[];
  readonly last: number;
  /** Lines that came and went unread. */
  readonly missed: number;
}

export const emptyLog: KeptLog = { lines: [], last: 0, missed: 0 };
const MOST_LINES = 1000;

/** How loud a line is at least. */
export const logLevels = ["all", "info", "warn", "error"] as const;
export type LogLevelChoice = (typeof logLevels)[number];

const loudness: Record<LogLineView["level"] | "all", number> = {
  all: 0,
  trace: 0,
  debug: 1,
  info: 2,
  warn: 3,
  error: 4,
  fatal: 5,
};

/** Takes what came; a bridge that was started anew begins a log of its own. */
export function takeLines(kept: KeptLog, { lines, last, missed }: LogView): KeptLog {
  if (last < kept.last) return emptyLog;
  if (last === kept.last) return kept;
  const newest = [...lines].reverse();
  // What was there before the page was opened is not missed.
  const more = kept.last === 0 ? 0 : missed;
  return {
    lines: [...newest, ...kept.lines].slice(0, MOST_LINES),
    last,
    missed: kept.missed + more,
  };
}

/** The lines that are loud enough and hold every word of the text. */
export function filterLines(
  lines: readonly LogLineView[],
  level: LogLevelChoice,
  text: string,
): LogLineView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    if (loudness[line.level] < loudness[level]) return false;
    const subject = `${line.message} ${Object.entries(line.fields).flat().join(" ")}`.toLowerCase();
    return words.every((word) => subject.includes(word));
  });
}
