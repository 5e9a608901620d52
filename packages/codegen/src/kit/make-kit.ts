import { createHash } from "node:crypto";
import { layoutFingerprint, type SensorSchema } from "@bollard/schema";
import { CodegenError } from "../error.js";
import type { GeneratedFile } from "../generated-file.js";
import { fillKitOptions, type KitOptions } from "./kit-options.js";
import { type KitPart, kitPart, kitParts } from "./kit-parts.js";
import { kitVectors } from "./kit-vectors.js";

/** What a kit is of, and what is in it: `kit.json`. */
export interface KitManifest {
  readonly schema: string;
  readonly version: number;
  readonly id: number;
  /** Layout fingerprint: a kit reads payloads of this layout and of no other. */
  readonly fingerprint: string;
  readonly maker: string;
  readonly port: number;
  readonly parts: readonly KitPart[];
  /** Path to the first 16 hexadecimal digits of its SHA-256. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Everything that a city or an integrator needs to take a sensor in. The same schema and options give the
 * same bytes.
 *
 * @param parts - which. Default: all
 * @throws CodegenError `CODEGEN_BAD_OPTION` for a port that is none
 */
export function makeKit(
  schema: SensorSchema,
  options: KitOptions,
  parts: readonly KitPart[] = kitParts,
): readonly GeneratedFile[] {
  const filled = fillKitOptions(schema, options);
  for (const name of ["port", "commandPort"] as const) {
    const port = filled[name];
    if (Number.isInteger(port) && port >= 1 && port <= 223) continue;
    throw new CodegenError("CODEGEN_BAD_OPTION", name, `${port} is no LoRaWAN port, 1 to 223`);
  }
  const made = kitParts
    .filter((part) => parts.includes(part))
    .map((part) => ({ part, files: kitPart(part, schema, filled) }))
    .filter(({ files }) => files.length > 0);
  const files = [
    ...made.flatMap((one) => one.files),
    json("vectors.json", kitVectors(schema, filled.port)),
  ];
  const manifest: KitManifest = {
    schema: schema.name,
    version: schema.version,
    id: schema.id,
    fingerprint: layoutFingerprint(schema),
    maker: filled.maker,
    port: filled.port,
    parts: made.map(({ part }) => part),
    files: Object.fromEntries(files.map(({ path, text }) => [path, digest(text)])),
  };
  return [...files, json("kit.json", manifest)];
}

/** As the manifest has it. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function json(path: string, document: unknown): GeneratedFile {
  return { path, text: `${JSON.stringify(document, undefined, 2)}\n` };
}
