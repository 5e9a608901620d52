import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { requirementsOf } from "../run-checks.js";
import { makePlan, type PlanAnswers, planChoices } from "./make-plan.js";
import { planLanguages, planTexts } from "./plan-texts.js";

const answers: PlanAnswers = {
  ...{ sensors: "lorawan", run: "pi", platform: "os2iot", personal: "no", open: "yes" },
};
const every = (Object.entries(planChoices) as [keyof PlanAnswers, readonly string[]][]).flatMap(
  ([question, choices]) =>
    choices.map((choice): PlanAnswers => ({ ...answers, [question]: choice as never })),
);

describe("makePlan", () => {
  test("has a text for every answer, in every language, and leaves no hole in it", () => {
    for (const language of planLanguages) {
      for (const one of every) {
        const plan = makePlan("Ærøskøbing", one, language);
        expect(plan).toContain("Ærøskøbing");
        expect(plan).not.toMatch(/\{\w+\}|^\d+\. (step|rows|yours)\./m);
      }
    }
  });

  test("speaks of each row of edition 9.0 that a town can be asked for, once", () => {
    const ids = requirementsOf("9.0").map(({ id }) => id);
    for (const open of ["yes", "no"] as const) {
      const plan = makePlan("Thisted", { ...answers, open }, "en");
      const told = ids.filter((id) =>
        new RegExp(`(^|[ ,(])${id.replace(".", "\\.")}[,:. ]`, "m").test(plan),
      );
      // MIM8 is asked of those who simulate; without a catalogue there is no reference system in it.
      const left =
        open === "yes"
          ? ["2.3", "8.1", "8.2", "8.3", "8.4"]
          : ["2.3", "7.3", "8.1", "8.2", "8.3", "8.4"];
      expect(ids.filter((id) => !told.includes(id))).toEqual(left);
    }
  });

  test("says different things to different towns", () => {
    const plans = new Set(every.map((one) => makePlan("Thisted", one, "en")));
    const distinct = new Set(every.map((one) => JSON.stringify(one)));
    expect(plans.size).toBe(distinct.size);
  });

  test("every language has what English has, with the same commands, options and rows", () => {
    const english = planTexts("en");
    const commandsOf = (text = "") =>
      text.match(/\bbollard (init|kit|bridge \w+|mims \w+|catalogue \w+)|--[a-z]+|\b\d\.\d\b/g);
    for (const language of planLanguages) {
      const file = new URL(`../../texts/plan.${language}.json`, import.meta.url);
      const texts: Record<string, string> = JSON.parse(readFileSync(file, "utf8"));
      expect(Object.keys(texts)).toEqual(Object.keys(english));
      for (const [key, text] of Object.entries(texts)) {
        expect(commandsOf(text), `${language} ${key}`).toEqual(commandsOf(english[key]));
      }
    }
  });
});
