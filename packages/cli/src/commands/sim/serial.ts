import { type Board, CableFaults, formatFault } from "@bollard/firmware-sim";
import { Command, InvalidArgumentError } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";
import { addBoardOption, type BoardOption, openSerialBoard } from "./make-board.js";
import { readProgram } from "./read-program.js";
import { addSensorOptions, type SensorOptions, sourceOf } from "./sensor-options.js";

const examples = `
Any program opens the port as it would /dev/ttyACM0. It is gone when the command ends.

Examples:
  $ bollard sim serial --board uno --program street-air.hex --link ./ttyNODE0 --readings street.csv
  $ bollard sim serial --board pico --program street-air.hex --link ./ttyNODE0 --id lamp-12
  $ bollard sim serial --program street-air.hex --link ./ttyNODE0 --flip 1e-4 --drop 1e-4 --seed 7

Exit code: 0 ended by Ctrl-C, 1 the board's program went wrong, 2 used wrongly.`;

interface Options extends SensorOptions, BoardOption {
  readonly program: string;
  readonly link?: string;
  readonly baud: number;
  readonly speed: number;
  readonly flip: number;
  readonly drop: number;
  readonly duplicate: number;
  readonly noise: number;
  readonly seed: number;
}

const LOOK_MS = 100;

/** `bollard sim serial`: a board on a virtual serial port, for any other program. */
export function serialCommand(io: CliIo): Command {
  const faults: readonly (readonly [string, string])[] = [
    ["flip", "of a flipped bit in a byte"],
    ["drop", "of a lost byte"],
    ["duplicate", "of a byte that comes twice"],
    ["noise", "of a byte out of nowhere"],
  ];
  const command = addBoardOption(addSensorOptions(new Command("serial")))
    .description("a board on a virtual serial port that other programs open")
    .requiredOption("--program <file>", "Intel HEX, as objcopy -O ihex writes it, or UF2")
    .option("--link <path>", "a link to the port, such as ./ttyNODE0")
    .option("--baud <rate>", "of the line, both ways", above0, 115_200)
    .option("--speed <times>", "of the wall clock", above0, 1)
    .option("--seed <number>", "of the cable's faults: the same seed, the same faults", Number, 1)
    .addHelpText("after", examples)
    .action((options: Options) => runSerial(io, options));
  for (const [name, about] of faults) {
    command.option(`--${name} <share>`, `probability ${about}, each way`, parseShare, 0);
  }
  return command;
}

async function runSerial(io: CliIo, options: Options): Promise<void> {
  const { link, baud, speed, seed, flip, drop, duplicate, noise } = options;
  const rates = { flip, drop, duplicate, noise };
  const program = readProgram(options.program);
  const source = sourceOf(options);
  const plugged = await openSerialBoard(
    options,
    { program, source },
    {
      ...{ baudRate: baud, speed },
      ...(link !== undefined && { link }),
      toHost: new CableFaults({ seed, ...rates }),
      toDevice: new CableFaults({ seed: seed + 1, ...rates }),
    },
  );
  try {
    io.stdout.write(`${link ?? plugged.port?.path}\n`);
    await Promise.race([io.interrupted, stopped(plugged.board)]);
    if (plugged.board.fault) throw new CliError("CLI_FAILED", formatFault(plugged.board.fault));
  } finally {
    await plugged.close();
  }
}

/** Resolves once a board's program has gone wrong. */
function stopped(board: Board): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!board.fault) return;
      clearInterval(timer);
      resolve();
    }, LOOK_MS);
    timer.unref();
  });
}

function parseShare(text: string): number {
  const share = Number(text);
  if (share >= 0 && share <= 1 && text.trim() !== "") return share;
  throw new InvalidArgumentError("a probability from 0 to 1, such as 1e-4");
}
