import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { generateC } from "@bollard/codegen";
import { toUf2, withBootChecksum } from "@bollard/firmware-sim";
import { readSchemaFile } from "@bollard/schema/file";

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);

/** A board that `street-air` is built for. */
export const FIRMWARE_BOARDS = ["uno", "pico"] as const;
export type FirmwareBoard = (typeof FIRMWARE_BOARDS)[number];

/** How a part's programs are built. */
interface Toolchain {
  /** What the names of its tools begin with. */
  readonly prefix: string;
  readonly flags: readonly string[];
  /** Sources of the board, in the firmware's folder. */
  readonly sources: readonly string[];
  /** Sizes of the link: what does not go to the host stays in its memory. */
  readonly link: Readonly<Record<string, number>>;
}

const TOOLCHAINS: Readonly<Record<FirmwareBoard, Toolchain>> = {
  uno: {
    prefix: "avr-",
    flags: ["-mmcu=atmega328p", "-DF_CPU=16000000UL"],
    sources: ["avr/board.c"],
    link: { BOLLARD_LINK_QUEUE_BYTES: 640 },
  },
  pico: {
    prefix: "arm-none-eabi-",
    flags: ["-mcpu=cortex-m0plus", "-mthumb", "-nostartfiles", "--specs=nosys.specs"],
    sources: ["pico/board.c", "pico/startup.c"],
    link: { BOLLARD_LINK_QUEUE_BYTES: 12_288, BOLLARD_LINK_HOLD: 240, BOLLARD_LINK_WINDOW: 8 },
  },
};
const WARNINGS = ["-Wall", "-Wextra", "-Werror"];
const SMALL = ["-std=c99", "-Os", "-flto", "-ffunction-sections", "-Wl,--gc-sections"];
/** Address of a Pico's flash. */
const PICO_FLASH = 0x1000_0000;

/** What `street-air` is built with. */
export interface FirmwareOptions {
  /** Where all files go; made where it is missing. */
  readonly folder: string;
  /** Default: uno. */
  readonly board?: FirmwareBoard;
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
 * Builds `street-air` for a board: its own sources, the encoder that comes from its schema, and the link.
 * For a Pico there is a `street-air.uf2` beside it, for a board in its boot mode.
 *
 * @throws where `avr-gcc` or `arm-none-eabi-gcc` is missing (`ENOENT`), or does not build it: with what
 *   it said
 */
export async function buildStreetAir(options: FirmwareOptions): Promise<Firmware> {
  const { folder, board = "uno", reportIntervalMs = 148_000, batchRows = 10 } = options;
  const { prefix, flags, sources, link: linkSizes } = TOOLCHAINS[board];
  const own = dirname(resolve("@bollard-examples/firmware/street-air/main.c"));
  const link = join(dirname(resolve("@bollard/link")), "../c");
  const generated = join(folder, "generated");
  const schema = readSchemaFile(resolve("@bollard-examples/street-air/street-air.schema.yaml"));
  const files = generateC([schema], { batch: batchRows > 1 });
  await mkdir(generated, { recursive: true });
  await Promise.all(files.map(({ path, text }) => writeFile(join(generated, path), text)));
  const elf = join(folder, "street-air.elf");
  const hex = join(folder, "street-air.hex");
  const defines = {
    REPORT_INTERVAL_MS: `${reportIntervalMs}UL`,
    BATCH_ROWS: batchRows,
    BOLLARD_LINK_COMMANDS: 1,
    BOLLARD_LINK_TIME: 1,
    ...linkSizes,
  };
  await run(`${prefix}gcc`, [
    ...[...flags, ...SMALL, ...WARNINGS],
    ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
    ...[own, generated, link].map((name) => `-I${name}`),
    ...["main.c", "bme280.c", "sds011.c", ...sources].map((name) => join(own, name)),
    ...files.filter(({ path }) => path.endsWith(".c")).map(({ path }) => join(generated, path)),
    join(link, "bollard_link.c"),
    ...(board === "pico" ? await linkForPico(join(own, "pico"), generated) : []),
    ...["-o", elf],
  ]);
  await run(`${prefix}objcopy`, ["-O", "ihex", "-R", ".eeprom", elf, hex]);
  if (board === "pico") {
    const image = join(generated, "flash.bin");
    await run(`${prefix}objcopy`, ["-O", "binary", elf, image]);
    await writeFile(join(folder, "street-air.uf2"), toUf2(await readFile(image), PICO_FLASH));
  }
  const { stdout } = await run(`${prefix}size`, ["-A", elf]);
  const size = (section: string) =>
    Number(new RegExp(`^\\.${section}\\s+(\\d+)`, "m").exec(stdout)?.[1] ?? 0);
  return {
    hex: await readFile(hex, "utf8"),
    flashBytes: size("boot2") + size("text") + size("data"),
    ramBytes: size("data") + size("bss") + size("noinit"),
  };
}

/** What the linker needs for a Pico: where things go, and the second boot stage with its checksum. */
async function linkForPico(own: string, generated: string): Promise<string[]> {
  const [object, code] = [join(generated, "boot2.o"), join(generated, "boot2.bin")];
  await run("arm-none-eabi-gcc", ["-c", "-o", object, join(own, "boot2.S")]);
  await run("arm-none-eabi-objcopy", ["-O", "binary", "-j", ".boot2", object, code]);
  const stage = withBootChecksum(await readFile(code));
  const source = join(generated, "boot2.c");
  const bytes = Array.from(stage).join(", ");
  await writeFile(
    source,
    `__attribute__((section(".boot2"), used)) static const unsigned char boot2[${stage.length}] = {${bytes}};\n`,
  );
  return [source, "-T", join(own, "pico.ld")];
}
