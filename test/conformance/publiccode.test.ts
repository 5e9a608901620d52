import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = (...words: string[]) =>
  promisify(execFile)("node", ["tools/publiccode.mjs", ...words], { cwd: root });

/** Keys that publiccode.yml 0.4 makes mandatory. */
const MANDATORY = [
  ...["publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"],
  ...["description.en.shortDescription", "description.en.longDescription"],
  ...["description.en.features", "legal.license", "maintenance.type", "maintenance.contacts"],
  ...["localisation.localisationReady", "localisation.availableLanguages"],
];

test("publiccode.yml has what the standard makes mandatory, and the address that it was given", async () => {
  const url = "https://code.city.example/bollard.git";
  const { stdout } = await run(
    "--url",
    url,
    "--contact",
    "Ada Example",
    "--released",
    "2026-11-26",
  );
  const document = parse(stdout);
  for (const key of MANDATORY) expect(document).toHaveProperty(key);
  expect(document).toMatchObject({
    url,
    legal: { license: "Apache-2.0" },
    releaseDate: "2026-11-26",
  });
  expect(document.maintenance.contacts).toEqual([{ name: "Ada Example" }]);
});

test("without an address there is none", async () => {
  await expect(run("--contact", "Ada Example")).rejects.toMatchObject({ code: 2 });
  const call = run("--url", "https://a.example", "--contact", "Ada", "--released", "soon");
  await expect(call).rejects.toMatchObject({ code: 2 });
});
