import type { SensorSchema } from "@bollard/schema";

/** What platforms are told of a schema: the fields are those that leave, derived ones among them. */
export type PlatformSchema = Pick<SensorSchema, "name" | "title" | "fields"> &
  Partial<Pick<SensorSchema, "commands">>;
