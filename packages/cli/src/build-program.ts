import { Command } from "commander";
import type { CliIo } from "./cli-io.js";
import { bridgeCommand } from "./commands/bridge.js";
import { payloadCommand } from "./commands/payload.js";
import { schemaCommand } from "./commands/schema.js";
import { version } from "./version.js";

/** The whole command line, one file a subcommand. It throws instead of ending the process. */
export function buildProgram(io: CliIo): Command {
  const program = new Command("bollard")
    .description("Street sensors that any city platform can take in, from one schema file")
    .version(version, "-V, --version", "print the version")
    .option("--debug", "print where an error came from")
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for what it takes)");
  for (const command of [schemaCommand(io), payloadCommand(io), bridgeCommand(io)]) {
    program.addCommand(command);
  }
  prepare(program, io);
  return program;
}

/** Errors become exceptions and every word goes through `io`, in each subcommand too. */
function prepare(command: Command, io: CliIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, "bollard: ")),
  });
  for (const subcommand of command.commands) {
    subcommand.showSuggestionAfterError().showHelpAfterError("(add --help for what it takes)");
    prepare(subcommand, io);
  }
}
