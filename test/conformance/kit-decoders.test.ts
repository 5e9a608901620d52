import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runInNewContext } from "node:vm";
import { makeKit } from "@bollard/codegen";
import { BatchEncoder, decodePayload, encodePayload } from "@bollard/payload";
import { arrivalForTests, readingsArbitrary, schemaArbitrary } from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { findCommand, needCommand } from "../e2e/need.js";

/** Of 20 schemas in all: 10,000 readings and 1,000 batches. */
const SCHEMAS = 20;
const READINGS = 500;
const BATCHES = 50;

interface Case {
  readonly bytes: Uint8Array;
  /** Values of each row that are there, bytes as hexadecimal. */
  readonly rows: readonly object[];
}

const folder = mkdtempSync(join(tmpdir(), "bollard-kits-"));
afterAll(() => rmSync(folder, { recursive: true }));

const schemas = fc
  .sample(schemaArbitrary, { seed: 20, numRuns: SCHEMAS })
  .map((schema, index) => ({ ...schema, name: `any-${index}` }));

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
      const all = [...single, ...batches];
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

/** Held to the SDK where the toolchain is; a machine without it has nothing to skip. */
const where = (command: string) => (findCommand(command) ? describe : () => {});

where("go")("decoders of kits in Go", () => {
  test("give the SDK's values", () => {
    const module = join(folder, "kits");
    for (const schema of schemas) {
      for (const { path, text } of makeKit(schema, { maker: "Example" }, ["go"])) {
        if (!path.endsWith(".go")) continue;
        mkdirSync(dirname(join(module, path)), { recursive: true });
        writeFileSync(join(module, path), text);
      }
    }
    writeFileSync(join(module, "go.mod"), "module kits\n\ngo 1.21\n");
    writeFileSync(join(module, "main.go"), goProgram(schemas.length));
    const { input, expected } = linesOf();
    const env = { ...process.env, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" };
    const run = spawnSync("go", ["run", "."], {
      ...{ cwd: module, env, input, encoding: "utf8", maxBuffer: 2 ** 29 },
    });
    expect(run.stderr).toBe("");
    compare(run.stdout, expected);
  });
});

where("javac")("decoders of kits in Java", () => {
  test("give the SDK's values", () => {
    const source = join(folder, "java");
    mkdirSync(source, { recursive: true });
    const files = schemas.map((schema) => {
      const file = makeKit(schema, { maker: "Example" }, ["java"]).find(({ path }) =>
        path.endsWith(".java"),
      );
      const path = join(source, (file?.path ?? "").replace("java/", ""));
      writeFileSync(path, file?.text ?? "");
      return path;
    });
    writeFileSync(join(source, "Main.java"), javaProgram(schemas.length));
    const options = { cwd: source, encoding: "utf8", maxBuffer: 2 ** 29 } as const;
    const made = spawnSync("javac", ["-Xlint:all", "Main.java", ...files], options);
    expect(made.stderr).toBe("");
    const { input, expected } = linesOf();
    const run = spawnSync("java", ["-cp", ".", "Main"], { ...options, input });
    expect(run.stderr).toBe("");
    compare(run.stdout, expected);
  });
});

/** Each payload, and each cut by a byte, which has to be refused. */
function linesOf(): { readonly input: string; readonly expected: readonly unknown[] } {
  const input: string[] = [];
  const expected: unknown[] = [];
  for (const [index, { single, batches }] of cases.entries()) {
    for (const { bytes, rows } of [...single, ...batches]) {
      const cut = bytes.subarray(0, -1);
      for (const one of [bytes, cut]) input.push(`${index} ${Buffer.from(one).toString("hex")}\n`);
      expected.push(plain(rows), errorOf(schemas[index] as SensorSchema, cut));
    }
  }
  return { input: input.join(""), expected };
}

function compare(stdout: string, expected: readonly unknown[]): void {
  const got = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(got.length).toBe(expected.length);
  for (const [index, one] of got.entries()) expect(one).toEqual(expected[index]);
}

function javaProgram(count: number): string {
  const all = Array.from({ length: count }, (_, index) => index);
  return `import java.io.*;
import java.util.*;

class Main {
    static String json(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
        if (value instanceof byte[]) {
            StringBuilder hex = new StringBuilder("\\"");
            for (byte one : (byte[]) value) hex.append(String.format("%02x", one));
            return hex.append('"').toString();
        }
        if (value instanceof double[]) {
            List<Object> list = new ArrayList<>();
            for (double one : (double[]) value) list.add(one);
            return json(list);
        }
        if (value instanceof List) {
            StringJoiner all = new StringJoiner(",", "[", "]");
            for (Object one : (List<?>) value) all.add(json(one));
            return all.toString();
        }
        if (value instanceof Map) {
            StringJoiner all = new StringJoiner(",", "{", "}");
            for (Map.Entry<?, ?> one : ((Map<?, ?>) value).entrySet()) all.add(json(one.getKey()) + ":" + json(one.getValue()));
            return all.toString();
        }
        StringBuilder text = new StringBuilder("\\"");
        for (char one : ((String) value).toCharArray()) {
            if (one < 32 || one == 34 || one == 92 || one > 126) text.append(String.format("%cu%04x", 92, (int) one));
            else text.append(one);
        }
        return text.append('"').toString();
    }

    static byte[] bytes(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        return bytes;
    }

    static Map<String, Object> row(boolean timed, double time, Map<String, Object> values) {
        Map<String, Object> row = new LinkedHashMap<>();
        if (timed) row.put("time", time);
        row.put("values", values);
        return row;
    }

${all
  .map(
    (index) => `    static Object decode${index}(byte[] payload) {
        try {
            Any${index}.Message message = Any${index}.decode(payload, ${arrivalForTests});
            List<Object> rows = new ArrayList<>();
            for (Any${index}.Reading one : message.readings) rows.add(row(!message.timeMode.equals("none"), one.time, one.values));
            return rows;
        } catch (Any${index}.PayloadException error) {
            return error.code;
        }
    }
`,
  )
  .join("\n")}
    public static void main(String[] words) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        PrintWriter out = new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out)));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            byte[] payload = bytes(line.substring(space + 1));
            switch (Integer.parseInt(line.substring(0, space))) {
${all.map((index) => `                case ${index}: out.println(json(decode${index}(payload))); break;`).join("\n")}
                default: throw new IllegalStateException(line);
            }
        }
        out.flush();
    }
}
`;
}

function errorOf(schema: SensorSchema, bytes: Uint8Array): unknown {
  try {
    return caseOf(schema, bytes).rows.map(plain);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function goProgram(count: number): string {
  const all = Array.from({ length: count }, (_, index) => index);
  return `package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"strings"

${all.map((index) => `	any${index} "kits/go/any${index}"`).join("\n")}
)

func plain(value any) any {
	if blob, ok := value.([]byte); ok {
		return hex.EncodeToString(blob)
	}
	return value
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		which, text, _ := strings.Cut(lines.Text(), " ")
		payload, _ := hex.DecodeString(text)
		index, _ := strconv.Atoi(which)
		var answer any
		switch index {
${all
  .map(
    (index) => `		case ${index}:
			message, err := any${index}.Decode(payload, ${arrivalForTests})
			if err != nil {
				answer = err.(*any${index}.PayloadError).Code
				break
			}
			rows := []map[string]any{}
			for _, reading := range message.Readings {
				values := map[string]any{}
				for name, value := range reading.Values {
					values[name] = plain(value)
				}
				row := map[string]any{"values": values}
				if message.TimeMode != "none" {
					row["time"] = reading.Time
				}
				rows = append(rows, row)
			}
			answer = rows`,
  )
  .join("\n")}
		}
		line, _ := json.Marshal(answer)
		out.Write(line)
		out.WriteString("\\n")
	}
}
`;
}
