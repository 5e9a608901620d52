import { Command } from "commander";
import type { CliIo } from "./cli-io.js";
import { version } from "./version.js";

/** A word after `bollard`, loaded only when it is called: help comes at once. */
interface CommandGroup {
  readonly name: string;
  readonly description: string;
  readonly load: (io: CliIo) => Promise<Command>;
}

const groups: readonly CommandGroup[] = [
  {
    name: "init",
    description: "begin a project: schema, firmware sketch, bridge, scenario",
    load: async (io) => (await import("./commands/init.js")).initCommand(io),
  },
  {
    name: "schema",
    description: "check, lock, learn and weigh sensor schemas",
    load: async (io) => (await import("./commands/schema.js")).schemaCommand(io),
  },
  {
    name: "payload",
    description: "turn readings into payloads and back, explain and measure them",
    load: async (io) => (await import("./commands/payload.js")).payloadCommand(io),
  },
  {
    name: "generate",
    description: "write code for the node from sensor schemas: C99",
    load: async (io) => (await import("./commands/generate.js")).generateCommand(io),
  },
  {
    name: "kit",
    description:
      "write what cities and platforms need to take a sensor in: codecs, decoders, devices",
    load: async (io) => (await import("./commands/kit.js")).kitCommand(io),
  },
  {
    name: "bridge",
    description: "run the bridge, check its configuration, install it as a service",
    load: async (io) => (await import("./commands/bridge.js")).bridgeCommand(io),
  },
  {
    name: "fleet",
    description: "load-test an MQTT broker with thousands of simulated nodes",
    load: async (io) => (await import("./commands/fleet.js")).fleetCommand(io),
  },
  {
    name: "sim",
    description: "run real firmware on simulated boards, and nodes on virtual serial ports",
    load: async (io) => (await import("./commands/sim.js")).simCommand(io),
  },
  {
    name: "mims",
    description: "show how a deployment meets the Minimal Interoperability Mechanisms",
    load: async (io) => (await import("./commands/mims.js")).mimsCommand(io),
  },
  {
    name: "catalogue",
    description: "describe what a bridge offers, for data portals: DCAT-AP",
    load: async (io) => (await import("./commands/catalogue.js")).catalogueCommand(io),
  },
  {
    name: "spool",
    description: "look into what a bridge keeps on its disk, export it, send it again",
    load: async (io) => (await import("./commands/spool.js")).spoolCommand(io),
  },
];

const example = `
Example:
  $ bollard schema check street-air.schema.yaml
  $ bollard payload encode street-air.schema.yaml '{"pm25":12.3}' --time 1538352143

A command tells more of itself: bollard payload --help, bollard payload explain --help`;

/**
 * The command line, one file a subcommand. It throws instead of ending the process.
 *
 * @param words - those of the call; only the commands among them are loaded
 */
export async function buildProgram(io: CliIo, words: readonly string[]): Promise<Command> {
  const program = new Command("bollard")
    .description("Street sensors that any city platform can take in, from one schema file")
    // Without a letter: -V is the MQTT version of the fleet's commands, as in other load tools.
    .version(version, "--version", "print the version")
    .option("--debug", "print where an error came from")
    .addHelpText("after", example)
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for what it takes)");
  for (const { name, description, load } of groups) {
    const command = words.includes(name) ? await load(io) : new Command(name);
    program.addCommand(command.description(description));
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
