import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkKit } from "@bollard/codegen";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";

const help = `
Example:
  $ bollard kit check street-air-kit

Says for each decoder whether it makes of each vector what it has to, and for the files whether they are
as they were made. JavaScript is run where there is nothing but the language, Python by the python3 that
is found. Exit code 1 where a check fails.`;

/** `bollard kit check`: whether a kit still reads what it has to. */
export function kitCheckCommand(io: CliIo): Command {
  return new Command("check")
    .description("runs the decoders of a kit on its vectors")
    .argument("<folder>", "of the kit")
    .option("--json", "the checks as JSON, for other programs")
    .addHelpText("after", help)
    .action((folder: string, options: { readonly json?: boolean }) => {
      const checks = checksOf(folder);
      const failed = checks.filter(({ state }) => state === "failed").length;
      io.stdout.write(
        options.json
          ? `${JSON.stringify(checks)}\n`
          : checks.map(({ what, state, detail }) => `${state}  ${what}: ${detail}\n`).join(""),
      );
      if (failed > 0) {
        throw new CliError("CLI_FAILED", `${folder}: ${failed} of ${checks.length} checks failed`);
      }
    });
}

function checksOf(folder: string) {
  try {
    return checkKit((path) => read(join(folder, path)));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError("CLI_FAILED", `${folder}: ${reason}; make one by bollard kit`, { cause });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
