import { EventEmitter } from "node:events";
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

  test("who waits to write is not forgotten when somebody waits to read", async () => {
    /** As the bindings' own: it polls for what it was asked for last, and for nothing else. */
    class LastWishPoller extends EventEmitter {
      polled = 0;

      override once(event: string, listener: (error: Error | null) => void): this {
        this.poll(event === "readable" ? 1 : 2);
        return super.once(event, listener);
      }

      poll(events: number): void {
        this.polled = events;
      }
    }
    const poller = new LastWishPoller();
    const port = { isOpen: true, fd: 7, poller, read: async () => {}, write: async () => {} };
    await endAtHangUp({ open: async () => port }).binding.open();
    poller.once("writable", () => {});
    poller.once("readable", () => {});
    expect(poller.polled).toBe(3);
    poller.emit("readable", null);
    poller.once("readable", () => {});
    expect(poller.polled).toBe(3);
    poller.emit("writable", null);
    poller.once("readable", () => {});
    expect(poller.polled).toBe(1);
  });
});
