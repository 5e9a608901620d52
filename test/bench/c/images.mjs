// Firmware images and what they weigh.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const common = ["-Os", "-std=c99", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"];

export const parts = {
  avr: {
    compiler: "avr-gcc",
    size: "avr-size",
    nm: "avr-nm",
    flags: ["-mmcu=atmega328p", "-mrelax", ...common],
  },
  m0: {
    compiler: "arm-none-eabi-gcc",
    size: "arm-none-eabi-size",
    nm: "arm-none-eabi-nm",
    flags: [
      "-mcpu=cortex-m0plus",
      "-mthumb",
      "--specs=nano.specs",
      "-nostartfiles",
      "-Wl,-e,main",
      ...common,
    ],
  },
};

function tool(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Links a firmware and gives its bytes of flash and of RAM. */
function weigh(folder, part, sources, name) {
  const { compiler, size, flags } = parts[part];
  tool(compiler, [...flags, "-I.", ...sources, "-o", name], folder);
  const [, numbers] = tool(size, [name], folder).split("\n");
  const [text, data, bss] = numbers.trim().split(/\s+/).map(Number);
  return { flash: text + data, ram: data + bss };
}

/**
 * What an encoder takes: the image with it, less the one in which its functions are empty.
 *
 * @param main - source that calls it
 * @param sources - the encoder's
 * @param stubs - C of empty functions of the same names
 */
export function weighEncoder(folder, part, main, sources, stubs) {
  const name = main.replace(/\.c$/, "");
  writeFileSync(join(folder, `${name}-stubs.c`), stubs);
  const whole = weigh(folder, part, [main, ...sources], `${name}-${part}.elf`);
  const empty = weigh(folder, part, [main, `${name}-stubs.c`], `${name}-${part}-empty.elf`);
  const stubSizes = tool(parts[part].nm, ["-S", `${name}-${part}-empty.elf`], folder)
    .split("\n")
    .filter((line) => new RegExp(` [Tt] (${stubNames(stubs).join("|")})$`).test(line))
    .map((line) => Number.parseInt(line.split(" ")[1], 16));
  const stubBytes = stubSizes.reduce((sum, bytes) => sum + bytes, 0);
  return { flash: whole.flash - empty.flash + stubBytes, ram: whole.ram - empty.ram };
}

function stubNames(stubs) {
  return [...stubs.matchAll(/(\w+)\([^)]*\)\s*\{/g)].map((match) => match[1]);
}

/** A symbol's address in an AVR image's RAM, and its bytes. */
export function symbolOf(folder, image, symbol) {
  const line = tool(parts.avr.nm, ["-S", image], folder)
    .split("\n")
    .find((text) => text.endsWith(` ${symbol}`));
  const [address, size] = (line ?? "").split(" ").map((text) => Number.parseInt(text, 16));
  return { address: address - 0x800000, size };
}

export function toHex(folder, image) {
  tool("avr-objcopy", ["-O", "ihex", image, `${image}.hex`], folder);
  return join(folder, `${image}.hex`);
}
