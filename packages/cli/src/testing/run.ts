import type { CliIo } from "../cli-io.js";
import { runCli } from "../run-cli.js";

/** What a call left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line without a process; now is 2018-10-01T00:02:24Z. */
export async function run(
  args: readonly string[],
  io: Partial<Pick<CliIo, "ask" | "colour" | "env" | "interrupted">> = {},
): Promise<Outcome> {
  let out = "";
  let err = "";
  const code = await runCli(args, {
    stdout: {
      write: (text) => (out += typeof text === "string" ? text : `<${text.length} bytes>`),
    },
    stderr: { write: (text) => (err += text) },
    interrupted: Promise.resolve(),
    now: () => 1538352144,
    ...io,
  });
  return { code, out, err };
}
