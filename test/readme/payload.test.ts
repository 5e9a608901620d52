import { fileURLToPath } from "node:url";
import { measureJson, type Reading } from "@bollard/payload";
import * as file from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { readSnippets } from "./read-snippets.js";
import { runSnippet } from "./run-snippet.js";

const [first = "", ...more] = readSnippets("packages/payload/README.md");
const examples = fileURLToPath(new URL("../../examples/street-air/", import.meta.url));

describe("the README of the payload format", () => {
  test("its first lines give as many bytes as they say, and the reading back", async () => {
    const { constants, expressions } = await runSnippet(first, {
      modules: {
        "@bollard/schema/file": {
          readSchemaFile: (path: string) => file.readSchemaFile(examples + path),
        },
      },
    });
    const { reading, single, streetAir } = constants as {
      reading: Reading;
      single: Uint8Array;
      streetAir: ReturnType<typeof file.readSchemaFile>;
    };
    const [, bytes, json] = /\/\/ (\d+) bytes; as JSON (\d+)/.exec(first) ?? [];
    expect([single.length, measureJson(streetAir, reading)]).toEqual([Number(bytes), Number(json)]);
    expect(expressions["batch.append(reading)"]).toBe(true);
    expect(expressions["codec.decode(message).readings"]).toEqual([reading]);
  });

  test("shows nothing else", () => {
    expect(more).toEqual([]);
  });
});
