import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { generateC } from "@bollard/codegen";
import { readSchemaFile } from "@bollard/schema/file";

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);

/** Sizes of the firmware's link, and what it takes part in. */
const LINK = [
  "-DBOLLARD_LINK_COMMANDS=1",
  "-DBOLLARD_LINK_TIME=1",
  "-DBOLLARD_LINK_QUEUE_BYTES=640",
];
const WARNINGS = ["-Wall", "-Wextra", "-Werror"];

/** What `street-air` is built with. */
export interface FirmwareOptions {
  /** Where all files go; made where it is missing. */
  readonly folder: string;
  /** Time between two readings, in ms. Default: 148,000, as in the recording. */
  readonly reportIntervalMs?: number;
  /** Most readings of one message; 1: each is a message of its own. Default: 10. */
  readonly batchRows?: number;
}

/** A program for a board. */
export interface Firmware {
  /** In Intel HEX. */
  readonly hex: string;
  /** Bytes of flash, and of memory before the stack. */
  readonly flashBytes: number;
  readonly ramBytes: number;
}

/**
 * Builds `street-air` for an ATmega328P: its own sources, the encoder that comes from its schema, and
 * the link.
 *
 * @throws where `avr-gcc` is missing (`ENOENT`), or does not build it: with what it said
 */
export async function buildStreetAir(options: FirmwareOptions): Promise<Firmware> {
  const { folder, reportIntervalMs = 148_000, batchRows = 10 } = options;
  const own = dirname(resolve("@bollard-examples/firmware/street-air/main.c"));
  const link = join(dirname(resolve("@bollard/link")), "../c");
  const generated = join(folder, "generated");
  const schema = readSchemaFile(resolve("@bollard-examples/street-air/street-air.schema.yaml"));
  const files = generateC([schema], { batch: batchRows > 1 });
  await mkdir(generated, { recursive: true });
  await Promise.all(files.map(({ path, text }) => writeFile(join(generated, path), text)));
  const elf = join(folder, "street-air.elf");
  const hex = join(folder, "street-air.hex");
  const part = ["-mmcu=atmega328p", "-DF_CPU=16000000UL"];
  const small = ["-std=c99", "-Os", "-flto", "-ffunction-sections", "-Wl,--gc-sections"];
  const defines = [
    `-DREPORT_INTERVAL_MS=${reportIntervalMs}UL`,
    `-DBATCH_ROWS=${batchRows}`,
    ...LINK,
  ];
  const sources = [
    ...["main.c", "bme280.c", "sds011.c", "avr/board.c"].map((name) => join(own, name)),
    ...files.filter(({ path }) => path.endsWith(".c")).map(({ path }) => join(generated, path)),
    join(link, "bollard_link.c"),
  ];
  const folders = [own, generated, link].map((name) => `-I${name}`);
  await run("avr-gcc", [
    ...[...part, ...small, ...WARNINGS, ...defines, ...folders],
    ...["-o", elf, ...sources],
  ]);
  await run("avr-objcopy", ["-O", "ihex", "-R", ".eeprom", elf, hex]);
  const { stdout } = await run("avr-size", ["-A", elf]);
  const size = (section: string) =>
    Number(new RegExp(`^\\.${section}\\s+(\\d+)`, "m").exec(stdout)?.[1] ?? 0);
  return {
    hex: await readFile(hex, "utf8"),
    flashBytes: size("text") + size("data"),
    ramBytes: size("data") + size("bss") + size("noinit"),
  };
}
