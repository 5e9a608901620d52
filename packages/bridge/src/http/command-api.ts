import type { FastifyInstance } from "fastify";
import type { CommandFormView, CommandResultView } from "../page/detail-types.js";
import { sendProblem } from "./problem.js";

/** What the API needs for commands. */
export interface CommandApiOptions {
  readonly forms: () => readonly CommandFormView[];
  /** Checks and sends a command to the node of this name, and answers once it is known. */
  readonly ask: (node: string, asked: unknown) => Promise<CommandResultView>;
}

/**
 * Adds commands to `/api/v1`: `GET commands` and `POST nodes/{name}/commands`, which answers when the
 * node did or its time is over. Asked for again under the same id, a command is done once.
 */
export function addCommandApi(app: FastifyInstance, { forms, ask }: CommandApiOptions): void {
  app.get("/api/v1/commands", async () => forms());
  app.post<{ Params: { name: string } }>(
    "/api/v1/nodes/:name/commands",
    { schema: { body: { type: "object" } } },
    async ({ params, body }, reply) => {
      const result = await ask(params.name, withBytes(body, forms()));
      if (result.status !== "invalid") return result;
      return sendProblem(reply, {
        status: 422,
        title: "The command is wrong",
        ...(result.message !== undefined && { detail: result.message }),
      });
    },
  );
}

/** JSON has no bytes: they come as hexadecimal digits, as the form says. What is none stays as it is. */
function withBytes(asked: unknown, forms: readonly CommandFormView[]): unknown {
  if (!isObject(asked) || !isObject(asked.values)) return asked;
  const form = forms.find(
    ({ name, schema }) => name === asked.command && (asked.schema ?? schema) === schema,
  );
  const bytes = new Set(form?.fields.flatMap(({ kind, name }) => (kind === "bytes" ? [name] : [])));
  const values = Object.entries(asked.values).map(([name, value]) => [
    name,
    bytes.has(name) && typeof value === "string" && /^([0-9a-f]{2})*$/i.test(value)
      ? Uint8Array.from(Buffer.from(value, "hex"))
      : value,
  ]);
  return { ...asked, values: Object.fromEntries(values) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
