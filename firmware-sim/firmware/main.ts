import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "@bollard/cli";
import { Command, InvalidArgumentError } from "commander";
import { buildStreetAir } from "./build-firmware.js";

const { resolve } = createRequire(import.meta.url);

/**
 * Supply current of an ATmega328P at 16 MHz and 5 V, in mA, awake and in idle sleep, about: data sheet
 * DS40002061B, typical characteristics. The board around it takes its own.
 */
const AWAKE_MA = 9.2;
const IDLE_MA = 2.4;
const HZ = 16_000_000;

interface Options {
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
  .description("builds street-air's firmware for an ATmega328P, and tells what it takes")
  .option("--output <folder>", "keep the .hex and .elf there; default: nowhere")
  .option("--interval <ms>", "between two readings", above0, 148_000)
  .option("--rows <count>", "most readings of one message", above0, 10)
  .option("--minutes <count>", "how long it runs in the simulator", above0, 30)
  .option("--json", "one JSON object")
  .action(main);
await program.parseAsync();

async function main(options: Options): Promise<void> {
  const { interval, rows, minutes } = options;
  const folder = options.output ?? (await mkdtemp(join(tmpdir(), "bollard-firmware-")));
  try {
    const built = await buildStreetAir({ folder, reportIntervalMs: interval, batchRows: rows });
    const told = await simulate(join(folder, "street-air.hex"), minutes);
    const readings = Math.floor((told.seconds * 1000) / interval);
    const awakeS = (told.cycles - told.sleptCycles) / HZ;
    const idleS = told.sleptCycles / HZ;
    const chargeMC = awakeS * AWAKE_MA + idleS * IDLE_MA;
    const figures = {
      flashBytes: built.flashBytes,
      ramBytes: built.ramBytes,
      stackBytes: told.stackBytes,
      freeBytes: 2048 - built.ramBytes - told.stackBytes,
      messages: told.messages,
      cyclesPerReading: Math.round((awakeS * HZ) / readings),
      asleepPercent: round((100 * told.sleptCycles) / told.cycles, 2),
      averageMicroamperes: Math.round((chargeMC / told.seconds) * 1000),
      microcoulombsPerReading: Math.round((1000 * chargeMC) / readings),
      microcoulombsAwakePerReading: Math.round((1000 * awakeS * (AWAKE_MA - IDLE_MA)) / readings),
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

async function simulate(hex: string, minutes: number): Promise<Told> {
  const recording = resolve("@bollard-examples/street-air/data/street_pm_bme280.csv");
  let out = "";
  let err = "";
  const words = ["--readings", recording, "--interval", "148s", "--duration", `${minutes}m`];
  const code = await runCli(["sim", "board", hex, ...words, "--json"], {
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
