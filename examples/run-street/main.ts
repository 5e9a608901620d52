import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { runTender } from "./answer-tender.js";
import { runDemo } from "./run-demo.js";
import { runHeadless } from "./run-headless.js";

interface Options {
  readonly duration?: number;
  readonly json?: boolean;
  readonly port: number;
  readonly tender?: string;
}

/** A number of seconds above 0, or a sentence that says so. */
function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 86_400)) {
    throw new InvalidArgumentError("Give seconds from 1 to 86400, such as 20.");
  }
  return seconds;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("Give a port from 1 to 65535, such as 8080.");
  }
  return port;
}

/**
 * `npm start`: a street of 202 nodes, a bridge and a city on this machine, on real readings.
 *
 * @returns the exit code: 0 done, 1 a reading was lost or something failed, 2 used wrongly
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("npm start --")
    .description(
      "A street on this machine: 2 nodes on virtual serial ports and 200 over MQTT replay real " +
        "readings; a bridge takes them to a city, which checks every one.",
    )
    .option(
      "--duration <seconds>",
      "stop after so long, with the city broker cut for a part of it",
      parseSeconds,
    )
    .option("--json", "no page line, one JSON line with the figures at the end")
    .option("--port <port>", "of the page; the next free one is taken", parsePort, 8080)
    .option(
      "--tender <folder>",
      "answer what a city asks that buys air quality sensors: a compliance table with evidence",
    )
    .exitOverride()
    .action(async (options: Options) => {
      if (options.tender !== undefined) {
        exitCode = await runTender(options.tender, options.port);
        return;
      }
      if (options.json && options.duration === undefined) {
        program.error("error: --json needs --duration, such as --duration 20", { exitCode: 2 });
      }
      exitCode =
        options.duration === undefined
          ? await runDemo({ port: options.port })
          : await runHeadless({
              port: options.port,
              durationS: options.duration,
              json: options.json ?? false,
            });
    });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`The street stopped: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
  return exitCode;
}

const startedAs = process.argv[1] && realpathSync(process.argv[1]);
if (startedAs === fileURLToPath(import.meta.url)) process.exit(await main(process.argv.slice(2)));
