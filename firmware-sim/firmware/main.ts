import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "@bollard/cli";
import { Command, InvalidArgumentError, Option } from "commander";
import { buildStreetAir, FIRMWARE_BOARDS, type FirmwareBoard } from "./build-firmware.js";

const { resolve } = createRequire(import.meta.url);

/** What a board has: clock, memory for the stack, and the supply current, about. */
interface BoardFacts {
  readonly hz: number;
  readonly stackRoom: (ramBytes: number) => number;
  readonly current: { readonly awakeMA: number; readonly idleMA: number };
}

const BOARDS: Readonly<Record<FirmwareBoard, BoardFacts>> = {
  uno: {
    hz: 16_000_000,
    stackRoom: (ramBytes) => 2048 - ramBytes,
    // An ATmega328P at 16 MHz and 5 V, awake and in idle sleep, about: data sheet DS40002061B, typical
    // characteristics. The board around it takes its own.
    current: { awakeMA: 9.2, idleMA: 2.4 },
  },
  // The RP2040's data sheet has no current for so slow a clock. A whole Pico was measured by others to take
  // about 5.5 mA at 15 MHz without any sleep (github.com/nhasbun/pico_power_saving): a bound from above.
  pico: {
    hz: 12_000_000,
    stackRoom: () => 4096,
    current: { awakeMA: 5.5, idleMA: 5.5 },
  },
};

interface Options {
  readonly board: FirmwareBoard;
  readonly output?: string;
  readonly interval: number;
  readonly rows: number;
  readonly minutes: number;
  readonly json?: boolean;
}

/** What the simulator tells at its end. */
interface Told {
  readonly seconds: number;
  readonly messages: number;
  readonly cycles: number;
  readonly sleptCycles: number;
  readonly stackBytes: number;
}

const program = new Command("npm run -s firmware --")
  .description("builds street-air's firmware for a board, and tells what it takes")
  .addOption(new Option("--board <board>", "for which").choices(FIRMWARE_BOARDS).default("uno"))
  .option("--output <folder>", "keep the .hex, .elf and .uf2 there; default: nowhere")
  .option("--interval <ms>", "between two readings", above0, 148_000)
  .option("--rows <count>", "most readings of one message", above0, 10)
  .option("--minutes <count>", "how long it runs in the simulator", above0, 30)
  .option("--json", "one JSON object")
  .action(main);
await program.parseAsync();

async function main(options: Options): Promise<void> {
  const { board, interval, rows, minutes } = options;
  const { hz, stackRoom, current } = BOARDS[board];
  const folder = options.output ?? (await mkdtemp(join(tmpdir(), "bollard-firmware-")));
  try {
    const wanted = { folder, board, reportIntervalMs: interval, batchRows: rows };
    const built = await buildStreetAir(wanted);
    const told = await simulate(board, join(folder, "street-air.hex"), minutes);
    const readings = Math.floor((told.seconds * 1000) / interval);
    const awakeS = (told.cycles - told.sleptCycles) / hz;
    const figures = {
      flashBytes: built.flashBytes,
      ramBytes: built.ramBytes,
      stackBytes: told.stackBytes,
      freeBytes: stackRoom(built.ramBytes) - told.stackBytes,
      messages: told.messages,
      cyclesPerReading: Math.round((awakeS * hz) / readings),
      asleepPercent: round((100 * told.sleptCycles) / told.cycles, 2),
      ...chargeOf(current, told.seconds, awakeS, readings),
    };
    if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else {
      for (const [name, value] of Object.entries(figures)) {
        process.stdout.write(`${name.padEnd(30)} ${value.toLocaleString("en-US")}\n`);
      }
    }
  } finally {
    if (options.output === undefined) await rm(folder, { recursive: true });
  }
}

/** Average current, and charge a reading: all of it, and what being awake adds. */
function chargeOf(
  { awakeMA, idleMA }: { readonly awakeMA: number; readonly idleMA: number },
  seconds: number,
  awakeS: number,
  readings: number,
) {
  const chargeMC = awakeS * awakeMA + (seconds - awakeS) * idleMA;
  return {
    averageMicroamperes: Math.round((chargeMC / seconds) * 1000),
    microcoulombsPerReading: Math.round((1000 * chargeMC) / readings),
    // Where sleep is known to take less.
    ...(awakeMA > idleMA && {
      microcoulombsAwakePerReading: Math.round((1000 * awakeS * (awakeMA - idleMA)) / readings),
    }),
  };
}

async function simulate(board: FirmwareBoard, hex: string, minutes: number): Promise<Told> {
  const recording = resolve("@bollard-examples/street-air/data/street_pm_bme280.csv");
  let out = "";
  let err = "";
  const words = ["--readings", recording, "--interval", "148s", "--duration", `${minutes}m`];
  const code = await runCli(["sim", "board", hex, "--board", board, ...words, "--json"], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    interrupted: new Promise(() => {}),
  });
  if (code !== 0) throw new Error(err);
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

function above0(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isInteger(value)) return value;
  throw new InvalidArgumentError("a whole number above 0");
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
