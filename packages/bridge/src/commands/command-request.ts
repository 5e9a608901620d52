/** What somebody asks of a node. */
export interface CommandRequest {
  /** Names the command for ever: asked for again under it, it is done once. 1 to 64 characters. */
  readonly id: string;
  /** Name of one of the commands of the node's schemas. */
  readonly command: string;
  /** Values of its fields, by name. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By when the node has to begin, ms from now. */
  readonly withinMs: number;
  /** Name of the schema, where several have a command of this name. */
  readonly schema?: string;
}

const FIRST_MS = 1;
const LAST_MS = 86_400_000;
const USUAL_MS = 30_000;
const MEMBERS = new Set(["id", "command", "values", "withinMs", "schema"]);

/**
 * Checks a request: `{"id":"7f3","command":"set-interval","values":{"seconds":60},"withinMs":30000}`.
 *
 * @param command - told by the topic, where it is
 * @returns the request, or in words what is wrong with it
 */
export function parseCommandRequest(value: unknown, command?: string): CommandRequest | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return 'a command is a JSON object such as {"id":"1","command":"reboot"}';
  }
  const strange = Object.keys(value).find((name) => !MEMBERS.has(name));
  if (strange !== undefined)
    return `there is no member "${strange}"; there are ${[...MEMBERS].join(", ")}`;
  const {
    id,
    values = {},
    withinMs = USUAL_MS,
    schema,
    ...rest
  } = value as Record<string, unknown>;
  const name = rest.command ?? command;
  if (typeof id !== "string" || !/^[\x21-\x7e]{1,64}$/.test(id)) {
    return "id has to be 1 to 64 printable characters without spaces";
  }
  if (typeof name !== "string" || name === "") return "command has to name one";
  if (command !== undefined && name !== command) {
    return `command is "${name}", and the topic says "${command}"`;
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    return "values has to be an object of the fields' values by name";
  }
  if (typeof withinMs !== "number" || !(withinMs >= FIRST_MS && withinMs <= LAST_MS)) {
    return `withinMs has to be ${FIRST_MS} to ${LAST_MS}`;
  }
  if (schema !== undefined && typeof schema !== "string") return "schema has to name one";
  return {
    id,
    command: name,
    values: values as CommandRequest["values"],
    withinMs: Math.round(withinMs),
    ...(schema !== undefined && { schema }),
  };
}
