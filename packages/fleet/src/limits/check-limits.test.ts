import { describe, expect, test } from "vitest";
import { checkLimits, parseSystemLimits } from "./check-limits.js";

const limits = parseSystemLimits(
  "Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 4096                 files\n",
  "32768\t60999\n",
);

describe("checkLimits", () => {
  test("reads what Linux says, and takes what it does not say as enough", () => {
    expect(limits).toEqual({ openFiles: 1024, ports: 28_232 });
    expect(parseSystemLimits("", "")).toEqual({ openFiles: undefined, ports: undefined });
    checkLimits(1_000_000, {}, { openFiles: undefined, ports: undefined });
  });

  test("names the open files that are needed, and the command", () => {
    checkLimits(960, {}, limits);
    expect(() => checkLimits(961, {}, limits)).toThrow(
      /961 connections need 1025 open files and this process may have 1024: run "ulimit -n 1025"/,
    );
  });

  test("names the ports that are needed, and the addresses that bring them", () => {
    const many = { ...limits, openFiles: undefined };
    checkLimits(56_464, { sourceAddresses: ["127.0.0.1", "127.0.0.2"] }, many);
    expect(() =>
      checkLimits(56_465, { sourceAddresses: ["127.0.0.1", "127.0.0.1"] }, many),
    ).toThrow(
      /need as many ports and 1 source address has 28232: give 3 source addresses \(on loopback --ifaddr 127\.0\.0\.1,127\.0\.0\.2,127\.0\.0\.3\).*sysctl -w/,
    );
  });
});
