import { type Check, type Finding, notChecked, type Verdict } from "./checks/check.js";
import { Deployment, type DeploymentOptions } from "./deployment/deployment.js";
import { reasonOf } from "./deployment/reason-of.js";
import { mims90 } from "./editions/mims-9.0.js";
import { mims2024, mimsV5 } from "./editions/mims-v5.js";
import type { Edition, Requirement } from "./editions/requirements.js";

const editions: Readonly<Record<Edition, readonly Requirement[]>> = {
  "9.0": mims90,
  "2024": mims2024,
  v5: mimsV5,
};

/** One check and what came of it. */
export interface CheckOutcome extends Finding {
  readonly id: string;
  readonly title: string;
}

/** A row of the compliance table. */
export interface ComplianceRow {
  readonly id: string;
  readonly label: string;
  readonly refs: readonly string[];
  readonly verdict: Verdict;
  /** Of a tender: M it meets, E by an equivalent, N it does not; empty where evidence says neither. */
  readonly answer: "M" | "E" | "N" | "";
  readonly evidence: readonly CheckOutcome[];
  /** Whose the row is where no check can look. */
  readonly why?: string;
}

/** Evidence of one deployment, for one edition. */
export interface Compliance {
  readonly edition: Edition;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  readonly deployment: string;
  readonly rows: readonly ComplianceRow[];
  /** Ids of entities that were there: a later look compares. */
  readonly entityIds: readonly string[];
}

/** Rows that there are in an edition. */
export function requirementsOf(edition: Edition): readonly Requirement[] {
  return editions[edition];
}

/**
 * Looks at a running deployment, row by row.
 *
 * @param only - ids of rows, or of MIMs such as `1`. Default: all
 * @param now - ISO 8601
 * @throws {@link MimsError} `MIMS_BAD_OPTION`, `MIMS_UNREACHABLE` where nothing answers at all
 */
export async function checkMims(
  options: DeploymentOptions,
  edition: Edition,
  now: string,
  only: readonly string[] = [],
): Promise<Compliance> {
  const deployment = new Deployment(options);
  // Without an answer to this there is nothing to look at.
  const entities = await deployment.entities();
  const known = new Map<Check, CheckOutcome>();
  const rows: ComplianceRow[] = [];
  for (const { id, label, refs, checks, why } of editions[edition]) {
    const mim = id.split(".")[0] ?? "";
    if (only.length > 0 && !only.includes(id) && !only.includes(mim)) continue;
    const evidence: CheckOutcome[] = [];
    for (const check of checks) {
      const outcome = known.get(check) ?? (await run(check, deployment));
      known.set(check, outcome);
      evidence.push(outcome);
    }
    const verdict = verdictOf(evidence);
    rows.push({
      ...{ id, label, refs, verdict, evidence },
      answer: answerOf(verdict, evidence),
      ...(why !== undefined && { why }),
    });
  }
  const entityIds = entities.map(({ id }) => id);
  return { edition, checkedAt: now, deployment: deployment.api, rows, entityIds };
}

async function run(check: Check, deployment: Deployment): Promise<CheckOutcome> {
  const { id, title } = check;
  try {
    return { id, title, ...(await check.run(deployment)) };
  } catch (error) {
    return { id, title, ...notChecked(title, `it could not be looked at: ${reasonOf(error)}`) };
  }
}

function answerOf(verdict: Verdict, evidence: readonly CheckOutcome[]): ComplianceRow["answer"] {
  if (verdict === "not met") return "N";
  if (verdict !== "met") return "";
  return evidence.some(({ equivalent }) => equivalent !== undefined) ? "E" : "M";
}

/** The worst of several; nothing is met without evidence. */
function verdictOf(evidence: readonly CheckOutcome[]): Verdict {
  const verdicts = evidence.map(({ verdict }) => verdict);
  if (verdicts.includes("not met")) return "not met";
  if (verdicts.length === 0 || verdicts.includes("not checked")) return "not checked";
  return verdicts.includes("met") ? "met" : "not applicable";
}
