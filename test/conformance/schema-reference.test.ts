import { readFileSync } from "node:fs";
import { parseSchema } from "@bollard/schema/file";
import { expect, test } from "vitest";
import { makeReference, referenceFile } from "./schema-reference.mjs";

const page = readFileSync(referenceFile, "utf8");

test("the page with every key of a sensor schema is as the JSON Schema has them", () => {
  expect(page).toBe(makeReference());
});

test("its example is a schema", () => {
  const example = /```yaml\n([^`]*)```/.exec(page)?.[1] ?? "";
  expect(parseSchema(example)).toMatchObject({
    name: "street-air",
    derived: [{ name: "pm25_class", kind: "enum" }],
    commands: [{ name: "reboot" }],
  });
});
