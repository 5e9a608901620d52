import { type PlanLanguage, planTexts } from "./plan-texts.js";

/** What a town is asked, and what it may answer. */
export const planChoices = {
  sensors: ["own", "lorawan", "foreign"],
  run: ["pi", "server", "none"],
  platform: ["os2iot", "ngsi-ld", "home-assistant", "none"],
  personal: ["yes", "no"],
  open: ["yes", "no"],
} as const;

/** A town's answers to the five questions. */
export type PlanAnswers = {
  readonly [Question in keyof typeof planChoices]: (typeof planChoices)[Question][number];
};

/**
 * The shortest path for a town: what to do, which rows of the compliance table are answered by running
 * it, and which are the town's own.
 *
 * @returns Markdown
 */
export function makePlan(town: string, answers: PlanAnswers, language: PlanLanguage): string {
  const texts = planTexts(language);
  const name = nameOf(town);
  const text = (key: string) =>
    (texts[key] ?? key).replaceAll("{town}", town).replaceAll("{name}", name);
  const { sensors, run, platform, personal, open } = answers;
  const steps = [
    `step.kit.${sensors}`,
    `step.run.${run}`,
    `step.sink.${platform}`,
    `step.personal.${personal}`,
    `step.open.${open}`,
    "step.check",
  ];
  const answered = [
    "rows.always",
    "rows.later",
    "rows.mqtt",
    ...(open === "yes" ? ["rows.open"] : []),
    "rows.tls",
  ];
  const yours = ["yours.3.3", ...(open === "no" ? ["yours.closed"] : []), "yours.6.4"];
  return `# ${text("title")}

${text("intro")}

## ${text("steps")}

${steps.map((key, index) => `${index + 1}. ${text(key)}`).join("\n")}

## ${text("answered")}

${answered.map((key) => `- ${text(key)}`).join("\n")}

## ${text("yours")}

${yours.map((key) => `- ${text(key)}`).join("\n")}

MIMs Plus 9.0.
`;
}

/** A name for files, of the town's. */
function nameOf(town: string): string {
  const name = town
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-$/g, "");
  return name || "town";
}
