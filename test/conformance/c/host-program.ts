import { join } from "node:path";
import { generateC } from "@bollard/codegen";
import { type CModel, cModelOf, writeHostDriver } from "@bollard/codegen/testing";
import type { SensorSchema } from "@bollard/schema";
import { buildProgram, runLines, sanitize, writeAll } from "./build-host.js";

/** A program that runs the generated code of some schemas, with address and undefined checks. */
export interface HostProgram {
  readonly models: readonly CModel[];
  /** @see writeHostDriver for the lines */
  readonly run: (lines: readonly string[]) => string[];
}

/** Generates, compiles and links; the program lives as long as the folder. */
export async function buildHostProgram(
  folder: string,
  schemas: readonly SensorSchema[],
): Promise<HostProgram> {
  const models = schemas.map((schema) => cModelOf(schema, schema.name.replaceAll("-", "_")));
  const files = [...generateC(schemas, { senml: true, decoder: true }), ...writeHostDriver(models)];
  writeAll(folder, files);
  const sources = files
    .map(({ path }) => path)
    .filter((path) => /^(bollard_|drive).*\.c$|_(batch|senml)\.c$/.test(path));
  await buildProgram(folder, sources, ["-std=c99", "-O1", ...sanitize], "host");
  return { models, run: (lines) => runLines(join(folder, "host"), lines) };
}
