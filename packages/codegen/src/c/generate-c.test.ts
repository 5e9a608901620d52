import { fileURLToPath } from "node:url";
import { defineSchema, type FieldInput, type SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { isCodegenError } from "../error.js";
import { type COptions, generateC } from "./generate-c.js";

const streetAir = readSchemaFile(
  fileURLToPath(new URL("../../../../examples/street-air/street-air.schema.yaml", import.meta.url)),
);

function fileOf(schema: SensorSchema, path: string, options: COptions = {}): string {
  const file = generateC([schema], options).find((file) => file.path === path);
  return file?.text ?? "";
}

function codeOf(generate: () => unknown): string | undefined {
  try {
    generate();
  } catch (error) {
    if (isCodegenError(error)) return error.code;
  }
  return undefined;
}

describe("generateC", () => {
  test("writes a header that is worth reading", async () => {
    await expect(fileOf(streetAir, "street_air.h", { senml: true })).toMatchFileSnapshot(
      "testing/street_air.h",
    );
  });

  test("gives the same files for the same schemas", () => {
    const options: COptions = { senml: true, decoder: true, layout: "arduino" };
    expect(generateC([streetAir], options)).toEqual(generateC([streetAir], options));
  });

  test("leaves out what is not asked for", () => {
    const paths = generateC([{ ...streetAir, commands: [] }], { batch: false }).map(
      ({ path }) => path,
    );
    expect(paths).toEqual([
      "bollard_bits.h",
      "bollard_bits.c",
      "bollard_how.h",
      "bollard_slot_code.h",
      "bollard_row_code.h",
      "street_air.h",
      "street_air_slots.h",
      "street_air.c",
    ]);
  });

  test("gives the runtime once, for however many schemas", () => {
    const paths = generateC([streetAir, { ...streetAir, name: "other-air", id: 2 }]).map(
      ({ path }) => path,
    );
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toContain("other_air_batch.c");
  });

  test("keeps names apart that C would take for one, and those that C has taken", () => {
    const boolean = { kind: "boolean" } as const;
    const schema = defineSchema({
      name: "names",
      id: 1,
      time: "none",
      fields: [
        { name: "int", ...boolean },
        { name: "present", ...boolean, optional: true },
        { name: "door_open", ...boolean },
        { name: "level", unit: "m", min: 0, max: 10, resolution: 0.01 },
        { name: "level_centi_m", ...boolean },
      ],
    });
    const header = fileOf(schema, "names.h");
    const members = [...header.matchAll(/^\t\w+ (\w+);/gm)].map((match) => match[1]);
    expect(members.slice(0, 6)).toEqual([
      "int_value",
      "present_value",
      "door_open",
      "level_centi_m",
      "level_centi_m_2",
      "present",
    ]);
  });

  test("lets no word of a schema end a comment", () => {
    const schema = { ...streetAir, description: "Dust */ int evil; /* ??/ of the\nstreet" };
    const header = fileOf(schema, "street_air.h");
    expect(header).toContain("Dust * / int evil; / * ? ?/ of the street");
  });

  test("refuses two schemas of one name", () => {
    expect(codeOf(() => generateC([streetAir, streetAir]))).toBe("CODEGEN_SAME_NAME");
  });

  test("refuses more optional fields than a mask has bits", () => {
    const fields = Array.from({ length: 33 }, (_, index): FieldInput => {
      return { name: `f${index}`, kind: "boolean", optional: true };
    });
    const schema = defineSchema({ name: "wide", id: 1, fields }) as SensorSchema;
    expect(codeOf(() => generateC([schema]))).toBe("CODEGEN_TOO_MANY_OPTIONAL");
  });

  test("refuses a layout that it does not know", () => {
    expect(codeOf(() => generateC([streetAir], { layout: "maven" as "plain" }))).toBe(
      "CODEGEN_BAD_OPTION",
    );
  });
});
