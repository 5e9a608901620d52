import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchEncoder, decodePayload, encodePayload } from "@bollard/payload";
import { arrivalForTests, readingsArbitrary, schemaArbitrary } from "@bollard/payload/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runtimeText } from "../runtime-text.js";
import { decoderTable } from "./decoder-table.js";
import { pythonTable } from "./python-literal.js";

const isThere = spawnSync("python3", ["--version"]).status === 0;

/** Reads payloads of several schemas in one process: lines of JSON in, lines of JSON out. */
const program = `
import json, sys
def plain(value):
    if isinstance(value, bytes): return list(value)
    if isinstance(value, dict): return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list): return [plain(v) for v in value]
    return value
for line in sys.stdin:
    number, payload = json.loads(line)
    try:
        out = plain(decode_payload(SCHEMAS[number], bytes(payload), ${arrivalForTests})["readings"])
    except PayloadError as error:
        out = error.code
    print(json.dumps(out))
`;

test.skipIf(!isThere && process.env.CI !== "true")(
  "Python reads and refuses what the SDK reads and refuses",
  () => {
    const seed = 7;
    const schemas = fc.sample(schemaArbitrary, { seed, numRuns: 40 });
    const cases: { number: number; bytes: number[]; expected: unknown }[] = [];
    for (const [number, schema] of schemas.entries()) {
      const expect1 = (bytes: Uint8Array) => {
        let expected: unknown;
        try {
          const { readings } = decodePayload(schema, bytes, { arrival: arrivalForTests });
          expected = JSON.parse(
            JSON.stringify(readings, (_, one) => (one instanceof Uint8Array ? [...one] : one)),
          );
        } catch (error) {
          expected = (error as { code: string }).code;
        }
        cases.push({ number, bytes: [...bytes], expected });
      };
      for (const readings of fc.sample(readingsArbitrary(schema), { seed, numRuns: 8 })) {
        const batch = new BatchEncoder(schema);
        batch.open(new Uint8Array(100_000));
        for (const reading of readings) if (!batch.append(reading as never)) break;
        const bytes = batch.close().slice();
        expect1(bytes);
        for (const reading of readings.slice(0, 4))
          expect1(encodePayload(schema, reading as never));
        for (let at = 0; at < bytes.length; at += 7) {
          const bad = bytes.slice();
          bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
          expect1(bad);
        }
        expect1(bytes.subarray(0, bytes.length - 1));
      }
    }
    const folder = mkdtempSync(join(tmpdir(), "bollard-python-"));
    try {
      const tables = schemas.map(decoderTable);
      const text = [
        runtimeText("bollard_decoder.py", tables),
        `SCHEMAS = [${tables.map(pythonTable).join(",\n")}]`,
        program,
      ].join("\n");
      writeFileSync(join(folder, "decode.py"), text);
      const input = cases.map(({ number, bytes }) => JSON.stringify([number, bytes])).join("\n");
      const { stdout, stderr } = spawnSync("python3", [join(folder, "decode.py")], {
        input,
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      });
      expect(stderr).toBe("");
      const got = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(got.length).toBe(cases.length);
      for (const [index, { expected, number }] of cases.entries()) {
        expect([schemas[number]?.name, got[index]]).toEqual([schemas[number]?.name, expected]);
      }
      expect(cases.filter(({ expected }) => typeof expected === "string").length).toBeGreaterThan(
        99,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
