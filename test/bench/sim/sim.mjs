// `npm run -s bench:sim`: how fast the simulated boards go, and what they deliver. Needs avr-gcc and
// arm-none-eabi-gcc. Ends with one JSON line.
//
//   --quick   a tenth of the time and of the readings
//   --built   uses what is built
//
// - busy: part's seconds a second of processor, for a firmware that never sleeps: the link's, as fast
//   as the line takes it
// - asleep: the same for street-air's firmware with its sensors, one reading a second, by its own clock
// - pico: the same two for a Raspberry Pi Pico: busy at 125 MHz with the encoder, and the station at 12 MHz
// - fifty: 50 of them in this process by the wall clock, one reading a second each, each with a host:
//   how late they run, and the share of one core
// - delivered: readings from four boards over virtual ports whose cables flip and drop one byte in ten
//   thousand each way, through a bridge to a broker: counted there by their keys
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Aedes } from "aedes";
import { bootstrap } from "../../../tools/bootstrap.mjs";
import { table } from "../table.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const words = process.argv.slice(2);
const isQuick = words.includes("--quick");
const REPORTED = 1;
const FAULTS = 1e-4;
const weather = { temperature: 7, humidity: 74.7, pressure: 102_235, pm25: 1.3, pm10: 7.3 };
const source = (timeMs) => ({ ...weather, temperature: weather.temperature + timeMs / 1e7 });
const round = (value, digits = 0) => Number(value.toFixed(digits));

if (!words.includes("--built")) await bootstrap();
const sim = await import("@bollard/firmware-sim");
const link = await import("@bollard/link");
const { Bridge } = await import("@bollard/bridge");
const folder = mkdtempSync(join(tmpdir(), "bollard-bench-sim-"));
try {
  const everySecond = buildStation("second", 1000);
  const pico = {
    ...measureBusyPico(buildBusyPico()),
    asleep: measureAsleep(sim.Pico, buildStation("pico", 1000, "pico")),
  };
  const busy = measureBusy(buildLinkFirmware());
  const asleep = measureAsleep(sim.Uno, everySecond);
  const fifty = await measureMany(everySecond, 50);
  const delivered = await measureDelivery(buildStation("fast", 40), isQuick ? 1000 : 10_000);
  process.stdout.write(
    table([
      { figure: "Uno busy, times real time a core", measured: busy, goal: "≥ 4" },
      { figure: "Uno, one reading a second, asleep else", measured: asleep, goal: "≥ 80" },
      { figure: "Pico busy, of 125 MHz", measured: pico.busy, goal: "≥ 0.8" },
      { figure: "the same, each instruction watched", measured: pico.busyWatched, goal: "" },
      { figure: "Pico, one reading a second, asleep else", measured: pico.asleep, goal: "" },
      { figure: "50 at once: lag p99, ms", measured: fifty.lagP99Ms, goal: "≤ 20" },
      { figure: "50 at once: share of a core, %", measured: fifty.corePercent, goal: "≤ 100" },
      {
        figure: "to the broker over bad cables: lost",
        measured: `${delivered.lost} of ${delivered.produced}`,
        goal: "0 of 10,000",
      },
    ]),
  );
  const result = { bench: "sim", quick: isQuick, busy, asleep, pico, fifty, delivered };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

/** The station's program, built as `npm run -s firmware` builds it. */
function buildStation(name, intervalMs, board = "uno") {
  const output = join(folder, name);
  const program = join(root, "firmware-sim/firmware/dist/main.js");
  const words = ["--interval", `${intervalMs}`, "--rows", "1", "--minutes", "1"];
  execFileSync(process.execPath, [
    program,
    "--board",
    board,
    "--output",
    output,
    "--json",
    ...words,
  ]);
  return readFileSync(join(output, "street-air.hex"), "latin1");
}

function buildLinkFirmware() {
  const [elf, hex] = [join(folder, "link.elf"), join(folder, "link.hex")];
  const c = join(root, "packages/link/c");
  const defines = ["-DPERIOD_MS=0", "-DBOLLARD_LINK_COMMANDS=1", "-DBOLLARD_LINK_TIME=1"];
  const sources = [join(root, "test/link-c/firmware.c"), join(c, "bollard_link.c")];
  const flags = ["-mmcu=atmega328p", "-Os", "-std=gnu99", `-I${c}`];
  execFileSync("avr-gcc", [...flags, ...defines, "-o", elf, ...sources]);
  execFileSync("avr-objcopy", ["-O", "ihex", elf, hex]);
  return readFileSync(hex, "latin1");
}

/** With the boot stage and the encoder that the station's build has made. */
function buildBusyPico() {
  buildStation("pico", 1000, "pico");
  const [elf, hex] = [join(folder, "busy.elf"), join(folder, "busy.hex")];
  const generated = join(folder, "pico", "generated");
  const own = join(root, "firmware-sim/firmware/street-air/pico");
  const flags = ["-mcpu=cortex-m0plus", "-mthumb", "-nostartfiles", "--specs=nosys.specs", "-Os"];
  const sources = [
    join(root, "test/bench/sim/pico-busy.c"),
    join(own, "startup.c"),
    ...readdirSync(generated)
      .filter((name) => name.endsWith(".c"))
      .map((name) => join(generated, name)),
  ];
  const folders = [`-I${own}`, `-I${generated}`];
  execFileSync("arm-none-eabi-gcc", [
    ...[...flags, "-std=c99", ...folders, ...sources],
    ...["-T", join(own, "pico.ld"), "-o", elf],
  ]);
  execFileSync("arm-none-eabi-objcopy", ["-O", "ihex", elf, hex]);
  return readFileSync(hex, "latin1");
}

/** A host at the end of a board's cable, by any clock. */
function hostOf(now, send, onMessage = () => {}) {
  let sessions = 0;
  return new link.LinkHost({
    sessions: new link.LinkSessions({ allocateSession: () => ++sessions }),
    commitDelayMs: 20,
    now,
    wallTime: () => ({ timeMs: 1_790_000_000_000 + now(), synchronised: true }),
    send,
    onEvent: (event) => {
      if (event.kind !== "data") return;
      event.session.durable(event.sequence);
      onMessage();
    },
  });
}

/** Seconds of a part's own time for each second of processor. */
function timesReal(run, seconds, digits = 1) {
  run(seconds / 10); // warm
  const before = process.cpuUsage();
  run(seconds);
  const { user, system } = process.cpuUsage(before);
  return round((seconds * 1e6) / (user + system), digits);
}

function measureBusy(program) {
  let sent = [];
  const board = new sim.Atmega328p({ program, onByte: (byte) => sent.push(byte) });
  const host = hostOf(
    () => board.timeMs,
    (frame) => board.receive(frame),
  );
  host.lineUp();
  return timesReal(
    (seconds) => {
      for (let i = 0; i < seconds * 1000; i++) {
        board.run(1);
        host.receive(Uint8Array.from(sent));
        sent = [];
        host.poll();
      }
    },
    isQuick ? 3 : 20,
  );
}

/** Goes on with a program that checks itself: it has encoded readings, at the clock it was told to set. */
function measureBusyPico(program) {
  const measure = (options) => {
    let readings = 0;
    const board = new sim.Rp2040Part({ program, onMark: () => readings++, ...options });
    const times = timesReal((seconds) => board.run(seconds * 1000), isQuick ? 1 : 5, 2);
    if (board.fault) throw new Error(sim.formatFault(board.fault));
    if (board.frequencyHz !== 125e6 || readings === 0) throw new Error("the busy Pico did nothing");
    return times;
  };
  // Watched, each instruction is rp2040js' own.
  return { busy: measure({}), busyWatched: measure({ onInstruction: () => {} }) };
}

function measureAsleep(Board, program) {
  const board = new Board({ program, source, onBytes: (bytes) => host.receive(bytes) });
  const host = hostOf(
    () => board.timeMs,
    (frame) => board.receive(frame),
  );
  host.lineUp();
  return timesReal(
    (seconds) => {
      const end = board.timeMs + seconds * 1000;
      while (board.timeMs < end) {
        board.runTo(board.timeMs + 5);
        host.poll();
      }
    },
    isQuick ? 60 : 600,
  );
}

async function measureMany(program, count) {
  const seconds = isQuick ? 5 : 30;
  let messages = 0;
  const hosts = new Map();
  const pacer = new sim.BoardPacer({ onRan: (board) => hosts.get(board)?.poll() });
  const now = () => performance.now();
  for (let i = 0; i < count; i++) {
    const board = new sim.Uno({
      ...{ program, source, eeprom: sim.keptMemory(`uno-${i}`) },
      onBytes: (bytes) => hosts.get(board)?.receive(bytes),
    });
    const host = hostOf(
      now,
      (frame) => board.receive(frame),
      () => messages++,
    );
    hosts.set(board, host);
    host.lineUp();
    // Compiled to machine code first, each at its own place within a second.
    board.runTo(500 + i * 20);
  }
  for (const board of hosts.keys()) pacer.add(board);
  await sleep(3000);
  pacer.forgetLag();
  messages = 0;
  const [before, startedAt] = [process.cpuUsage(), now()];
  await sleep(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const took = (now() - startedAt) / 1000;
  const { p99, max } = pacer.lagMs;
  pacer.close();
  return {
    readingsPerS: round(messages / took, 1),
    lagP99Ms: round(p99, 1),
    lagMaxMs: round(max, 1),
    corePercent: round((user + system) / 1e4 / took),
  };
}

async function measureDelivery(program, wanted) {
  const BOARDS = 4;
  const aedes = await Aedes.createBroker({ queueLimit: 100_000 });
  const server = createServer(aedes.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const arrived = new Map();
  aedes.on("publish", ({ topic, payload }, client) => {
    if (!client || !topic.endsWith("/senml")) return;
    const key = /"vs":"([0-9]+-[0-9]+)"/.exec(payload.toString())?.[1];
    const id = `${topic.split("/")[1]} ${key}`;
    arrived.set(id, (arrived.get(id) ?? 0) + 1);
  });
  const bridge = new Bridge({
    config: {
      dataDir: join(folder, "data"),
      schemas: [join(root, "examples/street-air/street-air.schema.yaml")],
      sources: { serial: [{ name: "cables", ports: [join(folder, "ttyUNO*")] }] },
      sinks: {
        mqtt: [
          {
            ...{ name: "city", prefix: "city", formats: ["senml"] },
            url: `mqtt://127.0.0.1:${server.address().port}`,
          },
        ],
      },
      nodes: { unknown: "accept" },
      http: { port: 0 },
      log: { level: "silent" },
    },
  });
  await bridge.start();
  const produced = new Set();
  const unos = [];
  for (let i = 0; i < BOARDS; i++) {
    const bad = (seed) => new sim.CableFaults({ seed, flip: FAULTS, drop: FAULTS });
    unos.push(
      await sim.openSerialUno({
        ...{ program, source, eeprom: sim.keptMemory(`uno-${i}`) },
        ...{ link: join(folder, `ttyUNO${i}`), toHost: bad(2 * i), toDevice: bad(2 * i + 1) },
        onMark: (mark, number) => {
          if (mark === REPORTED) produced.add(`uno-${i} 1-${number}`);
        },
      }),
    );
  }
  const limitAt = performance.now() + 600_000;
  const wait = async (isDone) => {
    while (!isDone() && performance.now() < limitAt) await sleep(50);
  };
  await wait(() => produced.size >= wanted);
  // From here on a board's source is still: what it has reported so far is what is counted.
  const counted = [...produced];
  await wait(() => counted.every((id) => arrived.has(id)));
  const stopped = unos.filter(({ board }) => board.fault).length;
  const hurt = unos.flatMap(({ port: { toHost, toDevice } }) => [toHost.counts, toDevice.counts]);
  for (const uno of unos) await uno.close();
  await bridge.close();
  await new Promise((resolve) => aedes.close(resolve));
  server.close();
  return {
    produced: counted.length,
    lost: counted.filter((id) => !arrived.has(id)).length,
    twice: counted.filter((id) => (arrived.get(id) ?? 0) > 1).length,
    bytesHurt: hurt.reduce((sum, { flipped, dropped }) => sum + flipped + dropped, 0),
    boardsStopped: stopped,
  };
}
