import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "./testing/examples.js";
import { run } from "./testing/run.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-readme-"));
  copyFileSync(
    exampleFile("street-air/street-air.schema.yaml"),
    join(folder, "street-air.schema.yaml"),
  );
  copyFileSync(exampleFile("schemas/schemas.lock"), join(folder, "schemas.lock"));
  copyFileSync(
    exampleFile("street-air/data/street_pm_bme280.csv"),
    join(folder, "street_pm_bme280.csv"),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Each `$ bollard …` of the page with the lines that follow it, as far as it shows any. */
const calls = [...readme.matchAll(/```console\n([^`]*)```/g)].flatMap(([, block = ""]) =>
  block
    .split("$ bollard ")
    .slice(1)
    .map((text) => {
      const [call = "", ...answer] = text.split("\n");
      return { call, answer: answer.join("\n").trim() };
    }),
);

/** The words of a call, a text in quotes being one. Files stand in the test's folder. */
function wordsOf(call: string): string[] {
  const words = [...call.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? "",
  );
  return words.map((word) => (/\.(yaml|csv|lock)$/.test(word) ? join(folder, word) : word));
}

describe("the README", () => {
  test.each(calls)("$call", async ({ call, answer }) => {
    const { code, out, err } = await run(wordsOf(call));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    if (answer === "") expect(out).not.toBe("");
    else expect(out.trim()).toBe(answer);
  });

  test("names every command there is, but those with a page of their own", async () => {
    const { out } = await run(["--help"]);
    const groups = [...(out.split("Commands:\n")[1] ?? "").matchAll(/^ {2}([a-z]+) /gm)];
    for (const [, group = ""] of groups) {
      if (group !== "help") expect(readme).toContain(`bollard ${group}`);
    }
    for (const group of ["schema", "payload"]) {
      const help = await run([group, "--help"]);
      const names = [...(help.out.split("Commands:\n")[1] ?? "").matchAll(/^ {2}([a-z]+) /gm)];
      for (const [, name = ""] of names) {
        if (name !== "help") expect(readme).toContain(`\`bollard ${group} ${name}\``);
      }
    }
  });
});
