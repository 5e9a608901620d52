import { openVirtualPort } from "@bollard/firmware-sim";
import { SerialPort } from "serialport";
import { describe, expect, test } from "vitest";
import { endAtHangUp } from "./end-at-hang-up.js";

const ending = endAtHangUp(SerialPort.binding);

describe("endAtHangUp", () => {
  test("a port whose plug is pulled closes, also in the midst of data", async () => {
    for (let round = 0; round < 40; round++) {
      const device = await openVirtualPort();
      const host = new SerialPort({ path: device.path, baudRate: 115_200, ...ending });
      host.on("error", () => {});
      const closed = new Promise<{ disconnected?: boolean }>((resolve) => {
        host.on("close", resolve);
      });
      await new Promise<void>((resolve) => host.on("open", () => resolve()));
      const some = new Promise<void>((resolve) => host.on("data", () => resolve()));
      device.write(new Uint8Array(300));
      await some;
      device.write(new Uint8Array(300));
      if (round % 2) await new Promise((resolve) => setImmediate(resolve));
      await device.close();
      expect(await closed).toMatchObject({ disconnected: true });
    }
  });

  test("a port that is closed by its user ends without a reason", async () => {
    const device = await openVirtualPort();
    const host = new SerialPort({ path: device.path, baudRate: 115_200, ...ending });
    await new Promise<void>((resolve) => host.on("open", () => resolve()));
    const closed = new Promise((resolve) => host.on("close", resolve));
    host.close();
    expect(await closed).toBeNull();
    await device.close();
  });
});
