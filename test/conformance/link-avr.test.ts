import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { needCommand } from "../e2e/need.js";

const bench = fileURLToPath(new URL("../bench/link.mjs", import.meta.url));

needCommand("avr-gcc", "apt install gcc-avr avr-libc")("the link on an ATmega328P", () => {
  test("fits, keeps up with the line, and loses nothing; the link beats its peers on a bad line", () => {
    const said = execFileSync(process.execPath, [bench, "--quick", "--built"]).toString();
    const { avr, line, goals } = JSON.parse(said.trim().split("\n").at(-1) ?? "");
    const [node] = avr;
    expect(node.flash).toBeLessThanOrEqual(goals.flash);
    expect(node.faults).toBe(0);
    expect(node.stack).toBeLessThanOrEqual(96);
    // 8,400 is what 25 of 35 bytes leave of the line.
    expect(node.perS).toBeGreaterThan(7500);
    expect(node.perS).toBeLessThan(8500);
    expect(line.clean.link).toBeGreaterThan(0.98 * line.clean.goBackN);
    expect(line.bad.link).toBeGreaterThan(1.8 * line.bad.goBackN);
    expect(line.bad.link).toBeGreaterThan(1.8 * line.bad.stopAndWait);
  });
});
