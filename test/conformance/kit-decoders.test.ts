import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { makeKit } from "@bollard/codegen";
import { BatchEncoder, decodePayload, encodePayload } from "@bollard/payload";
import { arrivalForTests, readingsArbitrary, schemaArbitrary } from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { needCommand } from "../e2e/need.js";

/** Of 20 schemas in all: 10,000 readings and 1,000 batches; a tenth for Python where not all is run. */
const SCHEMAS = 20;
const READINGS = 500;
const BATCHES = 50;
const pythonShare = process.env.BOLLARD_FULL === "1" ? 1 : 0.1;

interface Case {
  readonly bytes: Uint8Array;
  /** Values of each row that are there, bytes as hexadecimal. */
  readonly rows: readonly object[];
}

const folder = mkdtempSync(join(tmpdir(), "bollard-kits-"));
afterAll(() => rmSync(folder, { recursive: true }));

const schemas = fc.sample(schemaArbitrary, { seed: 20, numRuns: SCHEMAS });

function casesOf(schema: SensorSchema): { readonly single: Case[]; readonly batches: Case[] } {
  const single: Case[] = [];
  const batches: Case[] = [];
  const samples = fc.sample(readingsArbitrary(schema), { seed: 5, numRuns: 4 * BATCHES });
  for (const readings of samples) {
    if (batches.length < BATCHES) {
      const encoder = new BatchEncoder(schema);
      encoder.open(new Uint8Array(100_000));
      for (const reading of readings) if (!encoder.append(reading as never)) break;
      batches.push(caseOf(schema, encoder.close().slice()));
    }
    for (const reading of readings) {
      if (single.length < READINGS)
        single.push(caseOf(schema, encodePayload(schema, reading as never)));
    }
  }
  return { single, batches };
}

function caseOf(schema: SensorSchema, bytes: Uint8Array): Case {
  const { readings } = decodePayload(schema, bytes, { arrival: arrivalForTests });
  return { bytes, rows: readings.map(({ time, values }) => ({ time, values: plain(values) })) };
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one) =>
      one instanceof Uint8Array ? Buffer.from(one).toString("hex") : one,
    ),
  );
}

function fileOf(schema: SensorSchema, path: RegExp): string {
  const file = makeKit(schema, { maker: "Example" }).find((one) => path.test(one.path));
  if (!file) throw new Error(`no file ${path}`);
  return file.text;
}

const cases = schemas.map(casesOf);

describe("decoders of kits give the SDK's values", () => {
  test(`in LoRaWAN's codec, ${SCHEMAS * READINGS} readings and ${SCHEMAS * BATCHES} batches`, () => {
    let read = 0;
    for (const [index, schema] of schemas.entries()) {
      const codec = fileOf(schema, /^lorawan\/codec\.js$/);
      const decode = runInNewContext(`${codec}; decodeUplink`, Object.create(null));
      const { single = [], batches = [] } = cases[index] ?? {};
      for (const { bytes, rows } of [...single, ...batches]) {
        const recvTime = new Date(arrivalForTests * 1000);
        const { data, errors } = decode({ bytes: [...bytes], fPort: 1, recvTime });
        expect(errors).toBeUndefined();
        const got = plain(data.readings ?? [data]) as Record<string, unknown>[];
        expect(got.map(withoutTime)).toEqual(rows.map(measured));
        read++;
      }
    }
    expect(read).toBe(SCHEMAS * (READINGS + BATCHES));
  });
});

needCommand("python3", "apt install python3")("decoders of kits in Python", () => {
  test("give the SDK's values", () => {
    for (const [index, schema] of schemas.entries()) {
      const script = join(folder, `decoder_${index}.py`);
      const lines = `
for line in sys.stdin:
    print(json.dumps(_plain(decode(bytes.fromhex(line.strip()), ${arrivalForTests})["readings"])))
`;
      const text = fileOf(schema, /^python\//);
      writeFileSync(script, text.replace(/if __name__ == [\s\S]*$/, lines));
      const { single = [], batches = [] } = cases[index] ?? {};
      const all = [
        ...single.slice(0, READINGS * pythonShare),
        ...batches.slice(0, BATCHES * pythonShare),
      ];
      const input = all.map(({ bytes }) => `${Buffer.from(bytes).toString("hex")}\n`).join("");
      const run = spawnSync("python3", [script], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
      expect(run.stderr).toBe("");
      const got = run.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(got).toEqual(all.map(({ rows }) => plain(rows)));
    }
  });
});

function withoutTime({ time: _, uptime: __, ...values }: Record<string, unknown>): object {
  return values;
}

/** What is missing is not there. */
function measured(row: object): object {
  const { values } = row as { values: Record<string, unknown> };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
