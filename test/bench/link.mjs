// `npm run -s bench:link`: what the serial link costs a small node, and what a line carries by it.
// Ends with one JSON line.
//
//   --quick   one firmware and fewer messages
//   --built   uses what is built
//
// - avr: the C half in a firmware for the ATmega328P (-Os), which runs in a simulator and sends
//   readings of 25 bytes to the TypeScript host half. flash: the link's own code, by the linker's
//   table; ram: its static memory; stack: the firmware's deepest, of which the link is a part;
//   cycles: from the poll that sends a reading to its end, the UART's driver left out
// - line: bytes of payload a second at 115,200 baud, 1 ms each way, payloads of 100 bytes, on a good
//   line and on one that flips one byte in a thousand and drops one. On the same line: the link with a
//   window of one (stop and wait), and go-back-N, whose receiver takes no frame but the next
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "../../tools/bootstrap.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const linkFolder = join(root, "packages/link/c");
const READING_BYTES = 25;

const words = process.argv.slice(2);
const isQuick = words.includes("--quick");
const READINGS = isQuick ? 100 : 300;

const round = (value, digits = 0) => Number(value.toFixed(digits));
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** Compiles the firmware; gives its program, the sizes of the link in it, and where memory is free. */
function buildFirmware(folder, config, periodMs) {
  const defines = Object.entries({ COMMANDS: 1, TIME: 1, ...config }).map(
    ([name, value]) => `-DBOLLARD_LINK_${name}=${value}`,
  );
  const size = ["-Os", "-mrelax", "-mcall-prologues", "-fno-tree-loop-optimize"];
  const flags = ["-mmcu=atmega328p", ...size, "-std=gnu99", "-Wall", "-Wextra", "-Werror"];
  const apart = ["-ffunction-sections", "-fdata-sections"];
  const all = [...flags, ...apart, ...defines, `-I${linkFolder}`, `-DPERIOD_MS=${periodMs}`];
  const [object, elf, hex] = ["link.o", "firmware.elf", "firmware.hex"].map((f) => join(folder, f));
  execFileSync("avr-gcc", [...all, "-c", "-o", object, join(linkFolder, "bollard_link.c")]);
  const source = join(root, "test/link-c/firmware.c");
  execFileSync("avr-gcc", [...all, "-Wl,--gc-sections", "-o", elf, source, object]);
  execFileSync("avr-objcopy", ["-O", "ihex", elf, hex]);
  const own = new Set(symbolsOf(object).map(({ name }) => name));
  const linked = symbolsOf(elf).filter(({ name }) => own.has(name));
  const bytes = (kinds) =>
    linked.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { size }) => sum + size, 0);
  return {
    program: readFileSync(hex, "utf8"),
    flash: bytes("tT"),
    ram: bytes("bBdD") + 64, // and the HELLO, which the firmware has
  };
}

function symbolsOf(file) {
  const table = execFileSync("avr-nm", ["--size-sort", "-S", "-t", "d", file]).toString();
  return table.split("\n").flatMap((line) => {
    const [, size, kind, name] = line.split(" ");
    return name && kind !== "U" ? [{ size: Number(size), kind, name }] : [];
  });
}

/** Runs the firmware until the host has `READINGS` of it, and checks each. */
function runFirmware({ sim, link }, firmware) {
  const delivered = [];
  const cycles = [];
  let poll;
  let wrote = 0;
  let startedAt;
  const board = new sim.Atmega328p({
    program: firmware.program,
    onByte: (byte) => host.receive(Uint8Array.of(byte)),
    onMark: (value, at) => {
      if (value === 1) poll = { at, out: 0 };
      else if (value === 2 && poll) poll.writeAt = at;
      else if (value === 3 && poll?.writeAt) poll.out = at - poll.writeAt;
      else if (value === 0 && poll?.out) {
        wrote++;
        cycles.push(at - poll.at - poll.out);
      }
    },
  });
  const now = () => board.timeMs;
  const waiting = [];
  const host = new link.LinkHost({
    sessions: new link.LinkSessions({ allocateSession: () => 1 }),
    commitDelayMs: 0,
    now,
    wallTime: () => ({ timeMs: 1_790_000_000_000 + now(), synchronised: true }),
    send: (frame) => board.receive(frame),
    onEvent: (event) => {
      if (event.kind !== "data") return;
      startedAt ??= now();
      const [low, high] = event.payload;
      if ((low | (high << 8)) !== delivered.length) throw new Error("a reading is out of order");
      delivered.push(event.payload.length);
      // Durable a moment later, as from a disk.
      waiting.push({ at: now() + 2, event });
    },
  });
  host.lineUp();
  const limitMs = 60_000;
  while (delivered.length < READINGS) {
    if (now() > limitMs) throw new Error(`only ${delivered.length} readings came`);
    board.run(1);
    host.poll();
    while (waiting[0]?.at <= now()) {
      const { event } = waiting.shift();
      event.session.durable(event.sequence);
    }
  }
  const perS = ((delivered.length - 1) * READING_BYTES * 1000) / (now() - startedAt);
  const { badFrames, duplicates } = host.stats();
  return {
    cycles: median(cycles),
    frames: wrote,
    perS,
    stack: board.counts.stackBytes,
    faults: badFrames + duplicates,
  };
}

function measureAvr(modules) {
  if (spawnSync("avr-gcc", ["--version"]).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "bollard-bench-link-"));
  try {
    const rows = [
      ["window 4", {}],
      ["window 8", { WINDOW: 8 }],
      ["window 1", { WINDOW: 1 }],
      ["window 4, no commands, no time", { COMMANDS: 0, TIME: 0 }],
    ]
      .slice(0, isQuick ? 1 : undefined)
      .map(([name, config]) => {
        const slow = buildFirmware(folder, config, 20);
        const paced = runFirmware(modules, slow);
        const { perS } = runFirmware(modules, buildFirmware(folder, config, 0));
        const { flash, ram } = slow;
        return { name, flash, ram, ...paced, perS: round(perS) };
      });
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LINE = { baudRate: 115_200, delayMs: 1 };
const PAYLOAD_BYTES = 100;
const MESSAGES = isQuick ? 300 : 1000;

function cablesOf({ CableFaults }, rate) {
  return [11, 12].map((seed) => {
    const faults = new CableFaults({ flip: rate, drop: rate, seed });
    return (bytes) => faults.carry(bytes);
  });
}

/** Bytes of payload a second by the link, its node in TypeScript. */
function linkGoodput({ testing, sim }, window, rate) {
  const [toHost, toNode] = cablesOf(sim, rate);
  const node = { boot: 7, window, maxHeld: MESSAGES, baudRate: LINE.baudRate };
  const street = new testing.SimulatedStreet({ ...LINE, commitDelayMs: 0, toHost, toNode, node });
  street.time.run(3000, () => street.host.session !== undefined);
  const start = street.time.now();
  for (let i = 0; i < MESSAGES; i++) street.node.offer(new Uint8Array(PAYLOAD_BYTES).fill(0x41));
  street.drain(600_000);
  if (street.delivered.length !== MESSAGES) throw new Error("messages are missing");
  return (MESSAGES * PAYLOAD_BYTES * 1000) / (street.time.now() - start);
}

/**
 * Bytes of payload a second by go-back-N, in the same frames: the receiver takes only the next
 * frame and says at once which that is; the sender goes back to it when it is asked for a second
 * time, once for each time round, or when 40 ms and the line's queue have passed.
 */
function goBackNGoodput({ testing, sim, frame }, window, rate) {
  const time = new testing.VirtualTime();
  const [toHost, toNode] = cablesOf(sim, rate);
  const up = new testing.SimulatedLine({ ...LINE, time, carry: toHost });
  const down = new testing.SimulatedLine({ ...LINE, time, carry: toNode });
  const body = (seq, size) =>
    Uint8Array.of(0x30, seq & 0xff, seq >> 8, ...new Uint8Array(size).fill(0x41));
  const seqOf = (bytes) => bytes[1] | (bytes[2] << 8);
  const receivers = [new frame.FrameDecoder(), new frame.FrameDecoder()];
  let expected = 0;
  let base = 0;
  let next = 0;
  let wentBackFor = -1;
  let lineFreeAt = 0;
  let cancel = () => {};
  const send = () => {
    while (next < MESSAGES && next < base + window) {
      const bytes = frame.encodeFrame(body(next++, PAYLOAD_BYTES));
      lineFreeAt = Math.max(lineFreeAt, time.now()) + (bytes.length * 10_000) / LINE.baudRate;
      up.send(bytes);
    }
    cancel();
    if (base < MESSAGES) cancel = time.after(lineFreeAt - time.now() + 40, goBack);
  };
  const goBack = () => {
    next = base;
    send();
  };
  up.onBytes = (bytes) => {
    for (const event of receivers[0].push(bytes)) {
      if (event.kind !== "frame") continue;
      if (seqOf(event.body) === expected) expected++;
      down.send(frame.encodeFrame(body(expected, 3)));
    }
  };
  down.onBytes = (bytes) => {
    for (const event of receivers[1].push(bytes)) {
      if (event.kind !== "frame") continue;
      const wanted = seqOf(event.body);
      if (wanted > base) {
        base = wanted;
        next = Math.max(next, base);
        send();
      } else if (wanted === base && wentBackFor !== base) {
        wentBackFor = base;
        goBack();
      }
    }
  };
  send();
  time.run(600_000, () => expected === MESSAGES);
  if (expected !== MESSAGES) throw new Error("go-back-N did not come to its end");
  return (MESSAGES * PAYLOAD_BYTES * 1000) / time.now();
}

function measureLine(modules) {
  const rows = {};
  for (const [name, rate] of [
    ["clean", 0],
    ["bad", 1e-3],
  ]) {
    rows[name] = {
      link: round(linkGoodput(modules, 8, rate)),
      goBackN: round(goBackNGoodput(modules, 8, rate)),
      stopAndWait: round(linkGoodput(modules, 1, rate)),
    };
  }
  return rows;
}

function print(avr, line) {
  const write = (text) => process.stdout.write(`${text}\n`);
  if (avr) {
    write("ATmega328P, -Os              flash   RAM  stack  cycles a frame   payload B/s");
    for (const { name, flash, ram, stack, cycles, perS } of avr) {
      const cells = [`${flash}`.padStart(7), `${ram}`.padStart(6), `${stack}`.padStart(7)];
      write(
        `${name.padEnd(31)}${cells.join("")}${`${cycles}`.padStart(12)}${`${perS}`.padStart(16)}`,
      );
    }
    write("goal (window 4)                 1500\n");
  } else {
    write(
      "avr-gcc is not installed (apt install gcc-avr avr-libc): nothing is known of the AVR.\n",
    );
  }
  write("payload B/s at 115,200 baud      clean   1e-3 flipped and 1e-3 dropped");
  for (const [name, key] of [
    ["the link, window 8", "link"],
    ["go-back-N, window 8", "goBackN"],
    ["stop and wait", "stopAndWait"],
  ]) {
    write(`${name.padEnd(31)}${`${line.clean[key]}`.padStart(7)}${`${line.bad[key]}`.padStart(8)}`);
  }
}

if (!words.includes("--built")) await bootstrap();
const modules = {
  sim: await import("@bollard/firmware-sim"),
  link: await import("@bollard/link"),
  testing: await import("@bollard/link/testing"),
  frame: await import("@bollard/frame"),
};
const avr = measureAvr(modules);
const line = measureLine(modules);
print(avr, line);
process.stdout.write(`${JSON.stringify({ bench: "link", avr, line, goals: { flash: 1500 } })}\n`);
