import { setTimeout as sleep } from "node:timers/promises";
import { type Board, type BoardCounts, formatFault } from "@bollard/firmware-sim";
import type { LinkHostEvent } from "@bollard/link";
import { decodePayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";
import { durationOption } from "../../options/parse-duration.js";
import { count, lines } from "../../output/format-figures.js";
import { BoardHost } from "./board-host.js";
import { addBoardOption, type BoardOption, makeBoard } from "./make-board.js";
import { readProgram } from "./read-program.js";
import { addSensorOptions, type SensorOptions, sourceOf } from "./sensor-options.js";

const examples = `
An Arduino Uno has a BME280 on I2C and an SDS011 on pin 2; a Raspberry Pi Pico has them at GP4 and GP5, and
at GP9. At the end of its cable is a host that speaks Bollard's serial link; what it takes is one line of
JSON each.

Examples:
  $ bollard sim board street-air.hex --schema street-air.schema.yaml --readings street.csv
  $ bollard sim board street-air.uf2 --schema street-air.schema.yaml --duration 10m
  $ bollard sim board blink.hex --duration 10s --uart
  $ bollard sim board broken.hex --trace 2>&1 | tail -40

Exit code: 0 it ran to the end, 1 its program went wrong (place, stack and last bytes are told),
2 used wrongly.`;

interface Options extends SensorOptions, BoardOption {
  readonly schema?: string;
  readonly duration: number;
  readonly speed: number;
  readonly uart?: boolean;
  readonly trace?: boolean;
  readonly json?: boolean;
}

const STEP_MS = 1;
/** Time after which the rest of the program gets a turn. */
const TURN_MS = 20;
/** A program that talks has turned on its UART by then. */
const SILENT_MS = 5000;

/** `bollard sim board`: runs a board's program, with what it says read and its cost told. */
export function boardCommand(io: CliIo): Command {
  return addBoardOption(addSensorOptions(new Command("board")))
    .description("run a program for an Arduino Uno or a Raspberry Pi Pico, and read what it sends")
    .argument("<program>", "Intel HEX, as objcopy -O ihex writes it, or UF2")
    .option("--schema <file>", "sensor schema that its payloads are read by; default: shown as hex")
    .addOption(durationOption("how long it runs, by its own clock", 60_000, "60s"))
    .addOption(
      new Option("--speed <times>", "of the wall clock, or max")
        .argParser(parseSpeed)
        .default(Number.POSITIVE_INFINITY, "max"),
    )
    .option("--uart", "show what its UART sends, as hex, a line each time")
    .option("--trace", "show each instruction on the standard error: place, word, cycle")
    .option("--json", "the figures at the end as one JSON object")
    .addHelpText("after", examples)
    .action((file: string, options: Options) => runBoard(io, file, options));
}

async function runBoard(io: CliIo, file: string, options: Options): Promise<void> {
  const { schema: schemaFile, duration, speed } = options;
  const schema = schemaFile === undefined ? undefined : readSchemaFile(schemaFile);
  let messages = 0;
  let host: BoardHost | undefined;
  const board = makeBoard(options, {
    program: readProgram(file),
    source: sourceOf(options),
    onBytes: (bytes) => {
      if (options.uart) io.stdout.write(`${Buffer.from(bytes).toString("hex")}\n`);
      host?.receive(bytes);
    },
    ...(options.trace && {
      onInstruction: (pc: number, opcode: number, cycles: number) =>
        io.stderr.write(`${hex4(pc)} ${hex4(opcode)} ${cycles}\n`),
    }),
  });
  const startMs = (io.now?.() ?? Date.now() / 1000) * 1000;
  host = new BoardHost(board, startMs, (event) => {
    if (event.kind === "data") messages++;
    const line = lineOf(event, schema);
    if (line !== undefined) io.stdout.write(`${JSON.stringify(line)}\n`);
  });
  await run(io, board, host, { durationMs: duration, speed });
  tell(io, board.counts, board.timeMs, messages, options.json ?? false);
  if (board.fault) throw new CliError("CLI_FAILED", formatFault(board.fault));
  if (board.baudRate === undefined && board.timeMs >= SILENT_MS) {
    io.stderr.write("The program has not turned on its UART: nothing can reach it or leave it.\n");
  }
}

async function run(
  io: CliIo,
  board: Board,
  host: BoardHost,
  { durationMs, speed }: { readonly durationMs: number; readonly speed: number },
): Promise<void> {
  let isInterrupted = false;
  void io.interrupted.then(() => {
    isInterrupted = true;
  });
  const startedAt = performance.now();
  let turnAt = startedAt;
  while (board.timeMs < durationMs && !board.fault && !isInterrupted) {
    board.runTo(board.timeMs + STEP_MS);
    host.poll();
    const now = performance.now();
    const aheadMs = startedAt + board.timeMs / speed - now;
    if (aheadMs > 0 || now - turnAt > TURN_MS) {
      await sleep(Number.isFinite(speed) ? Math.max(0, aheadMs) : 0);
      turnAt = performance.now();
    }
  }
}

/** What is shown of an event; undefined for what is of no interest. */
function lineOf(event: LinkHostEvent, schema: ReturnType<typeof readSchemaFile> | undefined) {
  switch (event.kind) {
    case "session": {
      const { nodeId, boot, hello } = event;
      return { node: nodeId, boot, firmware: hello.firmware };
    }
    case "log":
      return { node: event.nodeId, log: event.message };
    case "data": {
      const { boot, sequence, payload } = event;
      const key = `${boot}-${sequence}`;
      const hex = Buffer.from(payload).toString("hex");
      if (!schema) return { key, payload: hex };
      try {
        return { key, readings: decodePayload(schema, payload, {}).readings };
      } catch (error) {
        return { key, payload: hex, error: error instanceof Error ? error.message : String(error) };
      }
    }
    default:
      return undefined;
  }
}

function tell(io: CliIo, counts: BoardCounts, timeMs: number, messages: number, json: boolean) {
  const { cycles, sleptCycles, stackBytes, resets, sent, received, notTaken } = counts;
  if (json) {
    io.stdout.write(`${JSON.stringify({ seconds: timeMs / 1000, messages, ...counts })}\n`);
    return;
  }
  const awake = cycles - sleptCycles;
  const slept = cycles === 0 ? 0 : (100 * sleptCycles) / cycles;
  io.stderr.write(
    lines([
      [
        "ran",
        `${(timeMs / 1000).toFixed(1)} s by its own clock, asleep ${slept.toFixed(1)} % of it`,
      ],
      ["cycles awake", count(awake)],
      ["messages", count(messages)],
      ["stack", `${stackBytes} bytes at its deepest`],
      ["UART", `${count(sent)} bytes sent, ${count(received)} taken, ${count(notTaken)} not taken`],
      resets > 0 && ["resets", `${resets} by its watchdog`],
    ]),
  );
}

function parseSpeed(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  try {
    return above0(text);
  } catch {
    throw new InvalidArgumentError("a number above 0, such as 1 or 10, or max");
  }
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}
