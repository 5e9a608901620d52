import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { run } from "../../testing/run.js";

const scenario = fileURLToPath(
  new URL("../../../../../examples/scenarios/district.yaml", import.meta.url),
);

describe("bollard fleet", () => {
  test.each(["conn", "pub", "sub", "run", "find-limit"])(
    "%s tells what it takes, and -h is the host",
    async (name) => {
      const { code, out } = await run(["fleet", name, "--help"]);
      expect(code).toBe(0);
      expect(out).toMatch(/-h, --host <host>/);
      expect(out).toMatch(/Exit code: 0/);
    },
  );

  test.each([
    [["pub", "-q", "3"], /'-q, --qos <0\|1\|2>'.*0, 1 or 2/],
    [["pub", "-s", "10"], /'-s, --size <bytes>'.*from 24/],
    [["pub", "--duration", "soon"], /'--duration <time>'.*20s/],
    [["conn", "-c", "0"], /'-c, --clients <count>'.*from 1/],
    [["conn", "--cert", "a.pem"], /--cert and --key go together/],
    [["pub", "-V", "4"], /'-V, --mqtt-version <version>'.*3\.1\.1, 5/],
    [["pub", "--topic-alias"], /--topic-alias is of MQTT 5: add -V 5/],
    [["pub", "--driver", "paho"], /engine, mqtt/],
    [["run", "s.yaml", "--start-at", "noon"], /'--start-at <time>'.*2026-01-15T16:00:00Z/],
    [["run", scenario, "--start-at", "2020-01-01T00:00:00Z"], /--start-at 2020.* is over/],
    [["sub", "--intervall", "1"], /unknown option '--intervall'/],
  ])("names the option that is wrong, and a good value: %j", async (words, message) => {
    const { code, err } = await run(["fleet", ...words]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test("says in one line that nobody listens", async () => {
    const interrupted = new Promise<void>(() => {});
    const { code, err } = await run(["fleet", "conn", "-p", "1", "-c", "3"], { interrupted });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^bollard: 127\.0\.0\.1:1: not one of 3 connections was let in: .*ECONNREFUSED/,
    );
  });

  test("says which scenario cannot be read, and what shard there is none of", async () => {
    const gone = await run(["fleet", "run", "nowhere.yaml"]);
    expect([gone.code, gone.err]).toEqual([1, expect.stringMatching(/^bollard: nowhere\.yaml: /)]);
    const shard = await run(["fleet", "run", scenario, "--shard", "5/4"]);
    expect(shard.err).toMatch(/shard: 5\/4 is none, such as 3\/20/);
  });

  test("plays a ready scenario until nobody listens", async () => {
    const interrupted = new Promise<void>(() => {});
    const words = ["fleet", "run", scenario, "-p", "1", "--scale", "0.01"];
    const { code, err } = await run(words, { interrupted });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^bollard: 127\.0\.0\.1:1: not one of 1 connections was let in: .*ECONNREFUSED/,
    );
  });

  test("says which file cannot be read", async () => {
    const { code, err } = await run(["fleet", "conn", "--cafile", "nowhere.pem"]);
    expect(code).toBe(1);
    expect(err).toMatch(/--cafile cannot be read: .*nowhere\.pem/);
  });
});
