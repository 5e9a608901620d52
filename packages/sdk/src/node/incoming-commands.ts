import {
  commandSchema,
  compileSchema,
  isPayloadError,
  type PayloadCodec,
  readHeader,
} from "@bollard/payload";
import { type CommandsOf, commandFingerprint, type SensorSchema } from "@bollard/schema";
import { SdkError } from "../error.js";
import type { CommandStatus } from "./transport.js";

/** A command for a node: which, and what it carries, typed by the node's schemas. */
export type CommandOf<Schema extends SensorSchema> = Schema extends SensorSchema
  ? {
      [Name in keyof CommandsOf<Schema>]: {
        /** The schema that declares it. */
        readonly schema: Schema["name"];
        readonly name: Name;
        readonly values: CommandsOf<Schema>[Name];
      };
    }[keyof CommandsOf<Schema>]
  : never;

/** Does a command: `false` refuses it, an error says that it failed, anything else that it is done. */
export type CommandHandler<Schemas extends readonly SensorSchema[]> = (
  command: CommandOf<Schemas[number]>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing has done it
) => boolean | void | Promise<boolean | void>;

interface Known {
  readonly schema: string;
  readonly name: string;
  readonly codec: PayloadCodec;
}

/** Reads commands and has them done. */
export class IncomingCommands {
  readonly #known = new Map<number, Known>();
  readonly #handler: (command: never) => unknown;

  /**
   * @throws {@link SdkError} `SDK_BAD_OPTION` where two schemas have different commands under one id,
   * so that nobody could tell which is meant
   */
  constructor(schemas: readonly SensorSchema[], handler: (command: never) => unknown) {
    this.#handler = handler;
    const layouts = new Map<number, string>();
    for (const schema of schemas) {
      for (const command of schema.commands) {
        const { id, name } = command;
        const layout = `${name} ${commandFingerprint(command)}`;
        const other = layouts.get(id);
        if (other !== undefined && other !== layout) {
          const message = `the commands ${this.#known.get(id)?.name} and ${name} both have the id ${id}`;
          throw new SdkError("SDK_BAD_OPTION", `schemas: ${message}; give one of them another`);
        }
        layouts.set(id, layout);
        const asSchema = commandSchema(schema, name);
        if (other !== undefined || asSchema === undefined) continue;
        this.#known.set(id, { schema: schema.name, name, codec: compileSchema(asSchema) });
      }
    }
  }

  /** Does what a payload asks for. Never rejects. */
  async take(payload: Uint8Array): Promise<CommandStatus> {
    const command = this.#read(payload);
    if (typeof command === "string") return command;
    try {
      return (await this.#handler(command as never)) === false ? "refused" : "done";
    } catch {
      return "failed";
    }
  }

  #read(payload: Uint8Array): object | CommandStatus {
    try {
      const { schemaId } = readHeader(payload);
      const known = schemaId === undefined ? undefined : this.#known.get(schemaId);
      if (known === undefined) return "unknown";
      const [reading] = known.codec.decode(payload).readings;
      return { schema: known.schema, name: known.name, values: reading?.values ?? {} };
    } catch (error) {
      if (isPayloadError(error)) return "refused";
      throw error;
    }
  }
}
