import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { BridgeErrorCode } from "../error.js";
import { configKeys } from "./config-keys.js";
import { configReference } from "./config-reference.js";
import { resolveConfig } from "./resolve-config.js";

const document = new URL("../../../../docs/bridge-configuration.md", import.meta.url);
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const opening = `# Configuration of the bridge

Every key, with its default. \`bollard bridge check bridge.yaml\` tells each mistake with its line;
paths are taken from the file's own folder. This page is made from \`config.schema.json\`: mend it
there, and renew it with \`npx vitest run --project unit config-reference -u\`.
`;

describe("the configuration's documents", () => {
  test("docs/bridge-configuration.md has every key as the JSON Schema has it", async () => {
    await expect(`${opening}\n${configReference()}\n`).toMatchFileSnapshot(document.pathname);
  });

  test("every key has a title and says what it means", () => {
    const silent = configKeys().filter(({ title, description }) => !title || !description);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test("the README's configuration is one", () => {
    const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
    expect(resolveConfig(parse(yaml)).sinks.mqtt[0]?.name).toBe("city");
  });

  test("the README has every section", () => {
    const sections = configKeys().filter(({ path }) => !path.includes("."));
    for (const { path } of sections) expect(readme).toMatch(new RegExp(`^\\| \`${path}[\`.]`, "m"));
  });

  test("the README has every error code", () => {
    const codes = readFileSync(new URL("../error.ts", import.meta.url), "utf8").match(
      /(?<=\| ")BRIDGE_\w+/g,
    ) as BridgeErrorCode[];
    for (const code of codes) expect(readme).toContain(`| \`${code}\` |`);
  });
});
