import { commandSchema, compileSchema, type PayloadCodec } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import type { CommandRequest } from "./command-request.js";

interface Known {
  readonly schema: string;
  readonly codec: PayloadCodec;
  readonly fields: ReadonlySet<string>;
}

/** The commands of all schemas, by name, each with what encodes it. */
export class CommandCodecs {
  readonly #byName = new Map<string, Known[]>();

  constructor(schemas: readonly SensorSchema[]) {
    for (const schema of schemas) {
      for (const { name } of schema.commands) {
        const asSchema = commandSchema(schema, name);
        if (!asSchema) continue;
        const fields = new Set(asSchema.fields.map((field) => field.name));
        const known = { schema: schema.name, codec: compileSchema(asSchema), fields };
        this.#byName.set(name, [...(this.#byName.get(name) ?? []), known]);
      }
    }
  }

  /**
   * Checks a request by its schema and encodes it.
   *
   * @returns the payload, or in words what is wrong with the request
   */
  encode({ command, schema, values }: CommandRequest): Uint8Array | string {
    const all = this.#byName.get(command) ?? [];
    const fitting = all.filter((known) => schema === undefined || known.schema === schema);
    const [known] = fitting;
    if (!known) {
      const names = [...this.#byName.keys()].join(", ") || "none";
      return `there is no command "${command}"; there are: ${names}`;
    }
    if (fitting.length > 1) {
      return `several schemas have it: give schema, one of ${fitting.map((one) => one.schema).join(", ")}`;
    }
    const strange = Object.keys(values).find((name) => !known.fields.has(name));
    if (strange !== undefined) {
      const fields = [...known.fields].join(", ") || "none";
      return `values has no field "${strange}"; the fields are: ${fields}`;
    }
    try {
      return known.codec.encode({ values: values as never });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
