import { describe, expect, test } from "vitest";
import { Supervision } from "./supervision.js";

function supervise(environment: Record<string, string>) {
  const told: (readonly string[])[] = [];
  const problems: string[] = [];
  const seen = { everyMs: 0, stalled: [] as string[], isDeaf: false };
  let task = () => {};
  const supervision = new Supervision({
    environment,
    status: () => "All is well:\n3 nodes",
    stalled: () => seen.stalled,
    onProblem: (problem) => problems.push(problem),
    send: async (lines) => {
      if (seen.isDeaf) throw new Error("no such socket");
      told.push(lines);
    },
    every: (ms, given) => {
      seen.everyMs = ms;
      task = given;
      return () => {
        task = () => {};
      };
    },
  });
  return { supervision, told, problems, seen, pass: () => task() };
}

const status = "STATUS=All is well: 3 nodes";

describe("Supervision", () => {
  test("tells when it is ready, feeds the watchdog twice in its time, and tells its end", async () => {
    const environment = { NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "60000000" };
    const { supervision, told, seen, pass } = supervise(environment);
    supervision.ready();
    expect(seen.everyMs).toBe(30_000);
    pass();
    await supervision.stopping();
    pass();
    expect(told).toEqual([
      ["READY=1", status],
      ["WATCHDOG=1", status],
      ["STOPPING=1", "STATUS=It ends"],
    ]);
  });

  test("does not feed the watchdog while something stands still", () => {
    const { supervision, told, problems, seen, pass } = supervise({ NOTIFY_SOCKET: "/run/notify" });
    supervision.ready();
    seen.stalled = ["the spool has not come to the disk"];
    pass();
    seen.stalled = [];
    pass();
    expect(told.slice(1)).toEqual([
      ["STATUS=Stands still: the spool has not come to the disk"],
      ["WATCHDOG=1", status],
    ]);
    expect(problems).toEqual(["the watchdog is not fed: the spool has not come to the disk"]);
  });

  test("leaves another process's watchdog alone, and is silent where nobody listens", async () => {
    const other = supervise({ NOTIFY_SOCKET: "/a", WATCHDOG_USEC: "2000000", WATCHDOG_PID: "1" });
    other.supervision.ready();
    expect(other.seen.everyMs).toBe(30_000);
    const nobody = supervise({});
    nobody.supervision.ready();
    nobody.supervision.tellStatus();
    await nobody.supervision.stopping();
    expect(nobody.told).toEqual([]);
  });

  test("says when systemd cannot be told, and goes on", async () => {
    const { supervision, problems, seen } = supervise({ NOTIFY_SOCKET: "/run/notify" });
    seen.isDeaf = true;
    supervision.ready();
    await supervision.stopping();
    expect(problems).toEqual([
      "systemd could not be told READY=1: no such socket",
      "systemd could not be told STOPPING=1: no such socket",
    ]);
  });
});
