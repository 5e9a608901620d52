import { CommanderError } from "commander";
import { buildProgram } from "./build-program.js";
import type { CliIo } from "./cli-io.js";
import { isCliError } from "./error.js";

/**
 * Runs the command line.
 *
 * @param args - the words after `bollard`
 * @returns the exit code: 0 done, 1 failed, 2 used wrongly, 3 this machine was too slow
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const program = await buildProgram(io, args);
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const debug = args.includes("--debug");
    const text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
    io.stderr.write(`bollard: ${text}\n`);
    return isCliError(error) ? exitCodes[error.code] : 1;
  }
}

const exitCodes = { CLI_FAILED: 1, CLI_USAGE: 2, CLI_TOO_SLOW: 3 } as const;
