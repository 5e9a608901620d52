/** Younger than this is `now`, so that a node that reports all the time does not flicker. */
const NOW_MS = 5_000;

/** How long ago, in milliseconds, as a person says it: `just now`, `12 s ago`, `3 min ago`. */
export function formatAge(ageMs: number): string {
  return ageMs < NOW_MS ? "just now" : `${formatSpan(ageMs)} ago`;
}

/** The same in a narrow column: `now`, `12 s`, `3 min`. */
export function formatShortAge(ageMs: number): string {
  return ageMs < NOW_MS ? "now" : formatSpan(ageMs);
}

/** A span of time in its largest fitting unit, cut and not rounded: `12 s`, `3 min`, `2 h`, `5 d`. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A delay to about two digits: `0.4 ms`, `85 ms`, `1.2 s`, `14 s`, `3 min`. */
export function formatDelay(delayMs: number): string {
  if (delayMs < 9.95) return `${Number(delayMs.toFixed(1))} ms`;
  if (delayMs < 999.5) return `${Math.round(delayMs)} ms`;
  if (delayMs < 9_950) return `${(delayMs / 1000).toFixed(1)} s`;
  if (delayMs < 119_500) return `${Math.round(delayMs / 1000)} s`;
  return formatSpan(delayMs);
}

const clockTime = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** The time of day where the reader is: `05:12:43`. */
export function formatClock(time: string | number): string {
  return clockTime.format(new Date(time));
}

/** Day and time where the reader is: `24 Nov 2026, 05:12:43`. */
export function formatDayAndTime(time: string | number): string {
  return dayAndTime.format(new Date(time));
}

/** The exact time for a tooltip: where the reader is, and in UTC to the millisecond. */
export function formatExactTime(time: string): string {
  return `${formatDayAndTime(time)} here; ${new Date(time).toISOString()} UTC`;
}
