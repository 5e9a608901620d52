import type { ResolvedConfig } from "./config/config.js";
import type { EndChanges } from "./end-set.js";

/** What a new configuration changed in a bridge that runs. */
export interface ReloadReport {
  readonly sources: EndChanges;
  readonly sinks: EndChanges;
  /** Sections that are taken up now, such as `nodes`. */
  readonly sections: readonly string[];
  /** Sections that differ and wait for a restart. */
  readonly afterRestart: readonly string[];
}

/** Read anew each time, since the files they name may have changed as well. */
const TAKEN_UP = ["schemas", "nodes", "privacy"] as const;
const NEEDS_RESTART = ["name", "dataDir", "spool", "http", "view", "log"] as const;

/** Which sections besides sources and sinks differ. */
export function changedSections(
  before: ResolvedConfig,
  after: ResolvedConfig,
): Pick<ReloadReport, "sections" | "afterRestart"> {
  const differs = (key: keyof ResolvedConfig) =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  return { sections: TAKEN_UP.filter(differs), afterRestart: NEEDS_RESTART.filter(differs) };
}

/** The report in one sentence. */
export function tellReload({ sources, sinks, sections, afterRestart }: ReloadReport): string {
  const ends = (what: string, { added, changed, removed }: EndChanges) => [
    ...added.map((key) => `${what} ${key} added`),
    ...changed.map((key) => `${what} ${key} made anew`),
    ...removed.map((key) => `${what} ${key} removed`),
  ];
  const done = [...ends("source", sources), ...ends("sink", sinks)];
  if (sections.length > 0) done.push(`${sections.join(", ")} taken up`);
  if (afterRestart.length > 0) done.push(`${afterRestart.join(", ")} waiting for a restart`);
  return done.length === 0 ? "nothing has changed" : done.join("; ");
}
