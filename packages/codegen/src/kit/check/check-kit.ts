import { spawnSync } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import type { KitVector } from "../kit-vectors.js";
import { digest, type KitManifest } from "../make-kit.js";
import { runScript } from "./run-script.js";

/** What came of one check of a kit. */
export interface KitCheck {
  /** The file, or what was run. */
  readonly what: string;
  readonly state: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped; how much was run where it passed. */
  readonly detail: string;
}

/**
 * Checks a kit: that its files are those that were made, and that each decoder in it makes of each vector
 * what it has to.
 *
 * @param read - the text of a file of the kit; undefined for one that is not there
 * @throws Error where `kit.json` is none
 */
export function checkKit(read: (path: string) => string | undefined): readonly KitCheck[] {
  const manifest = JSON.parse(read("kit.json") ?? "null") as KitManifest | null;
  if (!manifest?.files) throw new Error("kit.json is not there, or is none");
  const vectors = JSON.parse(read("vectors.json") ?? "[]") as readonly KitVector[];
  const paths = Object.keys(manifest.files);
  return [
    filesCheck(manifest, read),
    ...paths.flatMap((path): readonly KitCheck[] => {
      const text = read(path);
      if (text === undefined) return [];
      if (path === "lorawan/codec.js") return [lorawanCheck(path, text, vectors)];
      if (/^os2iot\/decoder.*\.js$/.test(path)) return [os2iotCheck(path, text, read)];
      if (/^python\/.*\.py$/.test(path)) return [pythonCheck(path, text, vectors)];
      if (/^javascript\/.*\.js$/.test(path)) return [javascriptCheck(path, text, vectors)];
      if (path === "node-red/flow.json") return [nodeRedCheck(path, text, vectors)];
      if (path === "thingsboard/converter.js") return [thingsBoardCheck(path, text, vectors)];
      if (path === "sigfox/decoder.js") return [sigfoxCheck(path, text, vectors)];
      return [];
    }),
  ];
}

function filesCheck({ files }: KitManifest, read: (path: string) => string | undefined): KitCheck {
  const other = Object.entries(files).flatMap(([path, sum]) => {
    const text = read(path);
    if (text === undefined) return [`${path} is missing`];
    return digest(text) === sum ? [] : [`${path} was changed`];
  });
  const what = "kit.json";
  if (other.length > 0) return { what, state: "failed", detail: other.join("; ") };
  return {
    what,
    state: "passed",
    detail: `${Object.keys(files).length} files are as they were made`,
  };
}

function lorawanCheck(what: string, text: string, vectors: readonly KitVector[]): KitCheck {
  return checked(what, vectors, ({ payload, fPort, arrival, readings, error }) => {
    const { decodeUplink } = runScript(text, ["decodeUplink"]);
    const bytes = [...Buffer.from(payload, "hex")];
    const recvTime = new Date(arrival);
    const answer = plain(decodeUplink?.({ bytes, fPort, recvTime } as never)) as {
      data?: Record<string, unknown> & { readings?: object[] };
      errors?: string[];
    };
    if (error !== undefined)
      return answer.errors?.[0]?.includes(error) && answer.data === undefined;
    const rows = answer.data?.readings ?? [answer.data];
    return isDeepStrictEqual(rows.map(valuesOf), (readings ?? []).map(measured));
  });
}

/** Without the time, which a codec writes in words. */
function valuesOf(row: object | undefined): object {
  const { time: _, uptime: __, readings: ___, ...values } = row as Record<string, unknown>;
  return values;
}

/** What is missing is not there. */
function measured(reading: object): object {
  const { values } = reading as { values: Record<string, unknown> };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function javascriptCheck(what: string, text: string, vectors: readonly KitVector[]): KitCheck {
  const { decode } = runScript(text.replace(/^export /gm, ""), ["decode"]);
  return checked(what, vectors, ({ payload, arrival, readings, error }) => {
    const bytes = [...Buffer.from(payload, "hex")];
    try {
      const message = decode?.(bytes as never, (Date.parse(arrival) / 1000) as never);
      const { readings: read } = plain(message) as { readings: unknown };
      return error === undefined && isDeepStrictEqual(sorted(read), sorted(readings));
    } catch (failure) {
      return (failure as { code?: string }).code === error;
    }
  });
}

function nodeRedCheck(what: string, text: string, vectors: readonly KitVector[]): KitCheck {
  const [{ func }] = JSON.parse(text);
  return checked(what, vectors, ({ payload, readings, error }) => {
    const errors: string[] = [];
    const given = { Buffer, node: { error: (words: string) => errors.push(words) } };
    const { run } = runScript(`function run(msg) { ${func}\n }`, ["run"], given);
    const msg = { payload: Buffer.from(payload, "hex"), topic: "any" };
    const answer = plain(run?.(msg as never)) as [{ payload: object; topic: string }[]] | null;
    if (error !== undefined) return answer === null && errors[0]?.includes(error);
    const rows = answer?.[0].map((one) => valuesOf(one.payload));
    return isDeepStrictEqual(rows, (readings ?? []).map(measured));
  });
}

function thingsBoardCheck(what: string, text: string, vectors: readonly KitVector[]): KitCheck {
  return checked(what, vectors, ({ payload, readings, error }) => {
    const { run } = runScript(`function run(payload, metadata) { ${text}\n }`, ["run"]);
    const bytes = [...Buffer.from(payload, "hex")];
    try {
      const answer = plain(run?.(bytes as never, { topic: "bollard/n/up" } as never)) as {
        telemetry: readonly { values: object }[];
      };
      const rows = answer.telemetry.map(({ values }) => values);
      return error === undefined && isDeepStrictEqual(rows, (readings ?? []).map(measured));
    } catch (failure) {
      return (failure as { code?: string }).code === error;
    }
  });
}

/** Those that fit into an uplink; the others are not of a device of this type. */
function sigfoxCheck(what: string, text: string, vectors: readonly KitVector[]): KitCheck {
  const { decode } = runScript(text, ["decode"]);
  const short = vectors.filter(
    ({ payload, readings }) => payload.length <= 24 && (readings?.length ?? 1) === 1,
  );
  return checked(what, short, ({ payload, arrival, readings, error }) => {
    const message = { device: "1A2B3C", time: Date.parse(arrival) / 1000, data: payload };
    try {
      const { device: _, ...row } = plain(decode?.(message as never)) as Record<string, unknown>;
      return error === undefined && isDeepStrictEqual(valuesOf(row), measured(readings?.[0] ?? {}));
    } catch (failure) {
      return error !== undefined && (failure as Error).message !== "";
    }
  });
}

interface Os2iotVector {
  readonly title: string;
  readonly payload: object;
  readonly metadata: object;
  readonly expected: unknown;
  readonly expectedFlat: unknown;
}

function os2iotCheck(
  what: string,
  text: string,
  read: (path: string) => string | undefined,
): KitCheck {
  const vectors = JSON.parse(read("os2iot/vectors.json") ?? "[]") as readonly Os2iotVector[];
  const { decode } = runScript(text, ["decode"], { atob });
  const isFlat = what.endsWith("-flat.js");
  return checked(what, vectors, ({ payload, metadata, expected, expectedFlat }) =>
    isDeepStrictEqual(
      plain(decode?.(payload as never, metadata as never)),
      isFlat ? expectedFlat : expected,
    ),
  );
}

function pythonCheck(what: string, text: string, vectors: readonly KitVector[]): KitCheck {
  const words = vectors.map(({ payload, arrival }) => `${payload}@${Date.parse(arrival) / 1000}`);
  const run = spawnSync("python3", ["-c", text, ...words], { encoding: "utf8" });
  if (run.error) return { what, state: "skipped", detail: "there is no python3 here" };
  const lines = run.stdout.trimEnd().split("\n");
  return checked(what, vectors, ({ readings, error }, index) => {
    const answer = JSON.parse(lines[index] ?? "null");
    if (error !== undefined) return answer?.error === error;
    return isDeepStrictEqual(sorted(answer), sorted(readings));
  });
}

function checked<Vector extends { readonly title: string }>(
  what: string,
  vectors: readonly Vector[],
  isRight: (vector: Vector, index: number) => boolean | undefined,
): KitCheck {
  const wrong = vectors.filter((vector, index) => {
    try {
      return !isRight(vector, index);
    } catch {
      return true;
    }
  });
  if (vectors.length === 0) return { what, state: "failed", detail: "there are no vectors" };
  if (wrong.length === 0) {
    return {
      what,
      state: "passed",
      detail: `${vectors.length} vectors are read as they should be`,
    };
  }
  return { what, state: "failed", detail: `wrong: ${wrong.map(({ title }) => title).join("; ")}` };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Members in one order, so that only what they say is compared. */
function sorted(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one) =>
      typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    ) ?? "null",
  );
}
