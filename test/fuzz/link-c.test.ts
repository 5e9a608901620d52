import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { needCommand } from "../e2e/need.js";
import { compile } from "../link-c/compile.js";

/** About half of it is a good CRC around a frame that makes little sense. */
const BYTES = process.env.BOLLARD_FULL === "1" ? 100_000_000 : 4_000_000;

const CONFIGS = {
  usual: {},
  smallest: { MAX_PAYLOAD: 11, WINDOW: 1, HOLD: 1, QUEUE_BYTES: 17, HELLO_BYTES: 26 },
  largest: { MAX_PAYLOAD: 240, WINDOW: 8, HOLD: 240, QUEUE_BYTES: 32_767, HELLO_BYTES: 240 },
};

needCommand("gcc", "apt install gcc libc6-dev")("the link's C half, fuzzed", () => {
  const programs = new Map<string, string>();
  beforeAll(() => {
    for (const [name, config] of Object.entries(CONFIGS)) {
      programs.set(name, compile({ source: "fuzz.c", sanitize: true, config }));
    }
  }, 60_000);

  test.each(Object.keys(CONFIGS))(
    "any bytes do no harm, and a session works after them: %s",
    (name) => {
      const seed = Object.keys(CONFIGS).indexOf(name) + 1;
      const said = execFileSync(programs.get(name) as string, [`${BYTES}`, `${seed}`]);
      const counts = JSON.parse(said.toString());
      expect(counts.bytes).toBeGreaterThanOrEqual(BYTES);
      // It has been where it matters, and not only refused noise.
      expect(counts.sessions).toBeGreaterThan(100);
      expect(counts.commands).toBeGreaterThan(10);
      expect(counts.written).toBeGreaterThan(1000);
    },
  );
});
