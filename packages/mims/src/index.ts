export { formatTurtle } from "./catalogue/format-turtle.js";
export { type Accounts, readAccounts } from "./catalogue/read-accounts.js";
export { type BridgeOffer, readBridge } from "./catalogue/read-bridge.js";
export { readCatalogue } from "./catalogue/read-catalogue.js";
export { type ShapesName, shapeProblems } from "./catalogue/shape-problems.js";
export {
  type CataloguePublisher,
  type CatalogueSource,
  type HvdCategory,
  hvdCategories,
  toCatalogue,
} from "./catalogue/to-catalogue.js";
export {
  type FacilityNode,
  type FacilityOptions,
  type ObservedAttributes,
  toFacilities,
} from "./catalogue/to-facilities.js";
export { toOpenDataDk } from "./catalogue/to-open-data-dk.js";
export type { Check, Finding, Verdict } from "./checks/check.js";
export type { DeploymentOptions } from "./deployment/deployment.js";
export type { Edition, Requirement } from "./editions/requirements.js";
export { isMimsError, MimsError, type MimsErrorCode } from "./error.js";
export { type Bucket, HourBuckets } from "./indicators/hour-buckets.js";
export {
  type IndicatorOptions,
  type IndicatorSeries,
  type IndicatorWindow,
  indicatorSeries,
  type Window,
} from "./indicators/indicator-series.js";
export { type HistoryQuery, type HistoryRead, readHistory } from "./indicators/read-history.js";
export { makePlan, type PlanAnswers, planChoices } from "./plan/make-plan.js";
export {
  type PlanLanguage,
  type PlanTexts,
  planLanguages,
  planTexts,
} from "./plan/plan-texts.js";
export { formatCsv } from "./report/format-csv.js";
export { formatHtml } from "./report/format-html.js";
export {
  type CheckOutcome,
  type Compliance,
  type ComplianceRow,
  checkMims,
  requirementsOf,
} from "./run-checks.js";
export { formatSolution, type SolutionForm, solutionForms } from "./solution/format-solution.js";
export { type Solution, solutionSchema } from "./solution/solution.js";
