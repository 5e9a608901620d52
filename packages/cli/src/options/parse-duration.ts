import { InvalidArgumentError, Option } from "commander";

/** `--duration`, in ms. */
export function durationOption(about: string, defaultMs: number, shown: string): Option {
  return new Option("--duration <time>", about).argParser(parseDuration).default(defaultMs, shown);
}

/** A length of time: `500ms`, `20s`, `5m`, `2h`; a bare number is seconds. @returns ms */
export function parseDuration(text: string): number {
  const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Number(digits) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit as "ms"];
  if (ms > 0) return ms;
  throw new InvalidArgumentError("a time such as 20s, 500ms, 5m or 2h");
}
