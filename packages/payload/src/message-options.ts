import type { SensorSchema, TimeLayout, TimeMode } from "@bollard/schema";
import type { MessageKey } from "./reading.js";

/** How a message is written. */
export interface MessageOptions {
  /** Names the message for ever. Default: none. */
  readonly key?: MessageKey;
  /** The schema's id travels; false where the carrier tells it. Default: true. */
  readonly schemaId?: boolean;
  /** How the time travels this once, such as `16`. Default: the schema's. */
  readonly timeMode?: TimeMode;
  /** A millisecond part travels. Default: the schema's, with the schema's time mode. */
  readonly milliseconds?: boolean;
}

export interface CompileOptions {
  /** Make straight-line code, where the host lets one. Default: true. */
  readonly generate?: boolean;
}

/** The time as the schema has it, or as this message is to have it. */
export function timeLayoutOf(schema: SensorSchema, options: MessageOptions): TimeLayout {
  if (options.timeMode === undefined && options.milliseconds === undefined) return schema.time;
  const mode = options.timeMode ?? schema.time.mode;
  const milliseconds =
    options.milliseconds ?? (mode === schema.time.mode && schema.time.milliseconds);
  return { mode, milliseconds: milliseconds && mode !== "none" };
}
