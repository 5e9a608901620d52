import type { SensorSchema } from "@bollard/schema";
import { CodegenError } from "../error.js";
import type { GeneratedFile } from "../generated-file.js";
import { type CModel, modelOf } from "./c-model.js";
import { toWord } from "./c-names.js";
import { type CLayout, cLayouts, layOut } from "./folder-layouts.js";
import { runtimeFiles } from "./runtime-files.js";
import { writeBatch } from "./write-batch.js";
import { writeCommands } from "./write-commands.js";
import { writeDecoder } from "./write-decoder.js";
import { writeHeader } from "./write-header.js";
import { writeSenml } from "./write-senml.js";
import { writeSingle } from "./write-single.js";
import { writeSlots } from "./write-slots.js";

/** What of a schema is wanted in C. */
export interface COptions {
  /** The schema's id travels; false where the carrier tells it, such as LoRaWAN's fPort. Default: true. */
  readonly schemaId?: boolean;
  /** An encoder of batches. Default: true. */
  readonly batch?: boolean;
  /** An encoder of SenML in CBOR. Default: false. */
  readonly senml?: boolean;
  /** A decoder of readings, as a host needs it. Default: false. */
  readonly decoder?: boolean;
  /** How the files are laid out. Default: plain, all in one folder. */
  readonly layout?: CLayout;
}

/**
 * C99 for the readings of some schemas: what one node speaks. They share the runtime.
 *
 * The same schemas and options give the same files, byte for byte.
 *
 * @param schemas - that `checkSchema` finds nothing wrong with
 * @throws CodegenError `CODEGEN_TOO_MANY_OPTIONAL`, `CODEGEN_SAME_NAME`, `CODEGEN_BAD_OPTION`
 */
export function generateC(
  schemas: readonly SensorSchema[],
  options: COptions = {},
): GeneratedFile[] {
  const { schemaId = true, batch = true, senml = false, decoder = false } = options;
  const { layout = "plain" } = options;
  if (!cLayouts.includes(layout)) {
    throw new CodegenError("CODEGEN_BAD_OPTION", "layout", `it is one of ${cLayouts.join(", ")}`);
  }
  const models = modelsOf(schemas);
  const files = models.flatMap((model): GeneratedFile[] => {
    const { name, schema } = model;
    return [
      { path: `${name}.h`, text: writeHeader(model, { withSchemaId: schemaId, batch, senml }) },
      { path: `${name}_slots.h`, text: writeSlots(model) },
      { path: `${name}.c`, text: writeSingle(model, schemaId) },
      ...(batch ? [{ path: `${name}_batch.c`, text: writeBatch(model, schemaId) }] : []),
      ...(senml ? [{ path: `${name}_senml.c`, text: writeSenml(model) }] : []),
      ...writeCommands(schema, model),
      ...(decoder ? writeDecoder(model) : []),
    ];
  });
  const reads = decoder || schemas.some(({ commands }) => commands.length > 0);
  const runtime = [
    ...["bollard_bits.h", "bollard_bits.c", "bollard_how.h"],
    ...["bollard_slot_code.h", "bollard_row_code.h"],
    ...(batch ? ["bollard_batch.h", "bollard_batch.c", "bollard_batch_code.h"] : []),
    ...(senml ? ["bollard_senml.h", "bollard_senml.c", "bollard_senml_code.h"] : []),
    ...(reads ? ["bollard_read.h", "bollard_read.c"] : []),
    ...(decoder ? ["bollard_read_batch.h", "bollard_read_batch.c"] : []),
  ];
  return layOut(layout, [...runtimeFiles(runtime), ...files], models);
}

function modelsOf(schemas: readonly SensorSchema[]): CModel[] {
  const models = new Map<string, CModel>();
  for (const schema of schemas) {
    const name = toWord(schema.name);
    if (models.has(name)) {
      const message = "two schemas have this name; give all schemas of a node names of their own";
      throw new CodegenError("CODEGEN_SAME_NAME", schema.name, message);
    }
    models.set(name, modelOf(schema, name));
  }
  return [...models.values()];
}
