import { existsSync, readFileSync } from "node:fs";

/** Languages that a plan may be in; what is not translated yet stands in English. */
export const planLanguages = ["en", "da", "de", "fr", "nl"] as const;
export type PlanLanguage = (typeof planLanguages)[number];

/** Key to text, as the files below `texts/` have them. */
export type PlanTexts = Readonly<Record<string, string>>;

/** The texts of a plan. */
export function planTexts(language: PlanLanguage): PlanTexts {
  return language === "en" ? read("en") : { ...read("en"), ...read(language) };
}

/** Beside the package's folder of code, whether this runs from its source or as it was built. */
function read(language: PlanLanguage): PlanTexts {
  const candidates = ["../texts", "../../texts"].map(
    (folder) => new URL(`${folder}/plan.${language}.json`, import.meta.url),
  );
  const file = candidates.find((one) => existsSync(one)) ?? (candidates[0] as URL);
  return JSON.parse(readFileSync(file, "utf8"));
}
