import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPorts, foldersToWatch } from "./find-ports.js";

let dev = "";
beforeEach(() => {
  dev = mkdtempSync(join(tmpdir(), "bollard-dev-"));
  mkdirSync(join(dev, "serial/by-id"), { recursive: true });
  for (const name of ["ttyACM0", "ttyACM1", "ttyUSB0", "null"]) writeFileSync(join(dev, name), "");
  symlinkSync("../../ttyACM1", join(dev, "serial/by-id/usb-Arduino_Uno-if00"));
  symlinkSync("../../ttyACM9", join(dev, "serial/by-id/usb-Gone-if00"));
});
afterEach(() => rmSync(dev, { recursive: true }));

describe("findPorts", () => {
  test("takes paths and patterns, and gives a port under its first name only", async () => {
    expect(
      await findPorts([
        join(dev, "serial/by-id/*"),
        join(dev, "ttyACM?"),
        join(dev, "ttyUSB0"),
        join(dev, "ttyUSB7"),
      ]),
    ).toEqual([
      { path: join(dev, "serial/by-id/usb-Arduino_Uno-if00"), device: join(dev, "ttyACM1") },
      { path: join(dev, "ttyACM0"), device: join(dev, "ttyACM0") },
      { path: join(dev, "ttyUSB0"), device: join(dev, "ttyUSB0") },
    ]);
  });

  test("expands a pattern in any part of the path, and takes no folder for a port", async () => {
    expect(await findPorts([join(dev, "ser*/by-??/*Uno*"), join(dev, "*rial")])).toEqual([
      { path: join(dev, "serial/by-id/usb-Arduino_Uno-if00"), device: join(dev, "ttyACM1") },
    ]);
  });

  test("finds nothing in folders that are not there", async () => {
    expect(await findPorts([join(dev, "nowhere/*"), join(dev, "nowhere/tty0")])).toEqual([]);
  });
});

test("the folders to watch are those in which ports come and go", () => {
  expect(
    foldersToWatch(["/dev/serial/by-id/*", "/dev/ttyACM*", "/dev/ttyS0", "/run/*/tty", "/*"]),
  ).toEqual(["/dev/serial/by-id", "/dev", "/run", "/"]);
});
