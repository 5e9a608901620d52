import { packageFile } from "../package-file.js";

/** Languages that a plan may be in. */
export const planLanguages = ["en", "da", "de", "fr", "nl"] as const;
export type PlanLanguage = (typeof planLanguages)[number];

/** Key to text, as the files below `texts/` have them. */
export type PlanTexts = Readonly<Record<string, string>>;

/** The texts of a plan. */
export function planTexts(language: PlanLanguage): PlanTexts {
  return JSON.parse(packageFile(`texts/plan.${language}.json`));
}
