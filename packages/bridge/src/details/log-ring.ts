import type { LogLineView, LogView } from "../page/detail-types.js";

/** Levels of pino, from the quietest. */
const LEVELS: Readonly<Record<string, LogLineView["level"]>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
const NUMBER_OF: Readonly<Record<LogLineView["level"], number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};
/** Not told as fields: they are in the line already, or the same in each. */
const KNOWN = new Set(["level", "time", "msg", "name", "pid", "hostname"]);
const MOST_LINES = 1000;
const MOST_CHARACTERS = 2000;
const MOST_FIELDS = 16;

/** What is asked of the log. */
export interface LogQuery {
  /** Only lines with a higher number. */
  readonly after: number;
  /** Only lines of this level or a louder one. */
  readonly level: LogLineView["level"];
  /** Most lines: the newest of them. */
  readonly limit: number;
}

/**
 * The daemon's newest log lines for the page: 1000 at most, 2000 characters of each value, and the
 * oldest goes first. A stream that pino writes to.
 */
export class LogRing {
  readonly #lines: LogLineView[] = [];
  #last = 0;

  /** Takes one line as pino writes it; one that is no JSON is left out. */
  write(text: string): void {
    const line = parseLine(text);
    if (!line) return;
    this.#last++;
    this.#lines.push({ number: this.#last, ...line });
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
  }

  read({ after, level, limit }: LogQuery): LogView {
    const oldest = this.#lines[0]?.number ?? this.#last + 1;
    const least = NUMBER_OF[level];
    const lines = this.#lines.filter(
      (line) => line.number > after && NUMBER_OF[line.level] >= least,
    );
    return {
      lines: lines.slice(-limit),
      last: this.#last,
      missed: Math.max(0, oldest - 1 - after),
    };
  }
}

function parseLine(text: string): Omit<LogLineView, "number"> | undefined {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { level, time, msg } = record;
  const fields = Object.entries(record).filter(([name]) => !KNOWN.has(name));
  return {
    at: new Date(Number(time)).toISOString(),
    level: LEVELS[String(level)] ?? "info",
    message: cut(String(msg ?? "")),
    fields: Object.fromEntries(
      fields.slice(0, MOST_FIELDS).map(([name, value]) => [name, cut(wordsOf(value))]),
    ),
  };
}

/** An error is told by its message; its stack is for the log's file. */
function wordsOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if ("message" in value) return String(value.message);
  return JSON.stringify(value);
}

function cut(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
