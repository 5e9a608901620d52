import { packageFile } from "../package-file.js";

/** Languages that a plan may be in; what is not translated yet stands in English. */
export const planLanguages = ["en", "da", "de", "fr", "nl"] as const;
export type PlanLanguage = (typeof planLanguages)[number];

/** Key to text, as the files below `texts/` have them. */
export type PlanTexts = Readonly<Record<string, string>>;

/** The texts of a plan. */
export function planTexts(language: PlanLanguage): PlanTexts {
  return language === "en" ? read("en") : { ...read("en"), ...read(language) };
}

function read(language: PlanLanguage): PlanTexts {
  return JSON.parse(packageFile(`texts/plan.${language}.json`));
}
