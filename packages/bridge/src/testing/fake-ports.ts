import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LinkNode, type LinkNodeOptions } from "@bollard/link";
import type { OpenPort, SerialStream } from "../sources/serial/open-port.js";
import type { ManualClock } from "./manual-clock.js";

/** What hangs at the device's end of a cable. */
interface Device {
  /** Its line speed; at another one no byte arrives. Default: any. */
  readonly baudRate?: number | undefined;
  receive(bytes: Uint8Array): void;
  lineUp(send: (bytes: Uint8Array) => void): void;
  lineDown(): void;
}

/** Serial ports in memory behind files of a folder, which a source finds as it finds those in /dev. */
export class FakePorts {
  readonly folder = mkdtempSync(join(tmpdir(), "bollard-ports-"));
  readonly #devices = new Map<string, Device>();
  readonly #open = new Map<string, { end(reason?: Error): void }>();
  /** Paths opened, in order. */
  readonly opened: string[] = [];
  /** And at which line speeds. */
  readonly speeds: number[] = [];
  /** Opening these fails. */
  readonly broken = new Set<string>();

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Plugs a device in. */
  plug(name: string, device: Device): void {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    this.#devices.set(path, device);
    writeFileSync(path, "");
  }

  /** Pulls it out: the host sees a hang-up. */
  unplug(name: string): void {
    const path = this.path(name);
    rmSync(path);
    this.#devices.get(path)?.lineDown();
    this.#devices.delete(path);
    this.#open.get(path)?.end();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  readonly openPort: OpenPort = async (path, { baudRate }) => {
    this.opened.push(path);
    this.speeds.push(baudRate);
    const device = this.#devices.get(path);
    if (!device || this.broken.has(path)) throw new Error("cannot open: no such device");
    let data: (chunk: Uint8Array) => void = () => {};
    let closed: (reason: Error | undefined) => void = () => {};
    let isOpen = true;
    const end = (reason?: Error) => {
      if (!isOpen) return;
      isOpen = false;
      this.#open.delete(path);
      closed(reason);
    };
    this.#open.set(path, { end });
    const isAtSpeed = device.baudRate === undefined || device.baudRate === baudRate;
    const stream: SerialStream = {
      write: (bytes, done) => {
        const copy = Uint8Array.from(bytes);
        setImmediate(() => {
          if (isOpen && isAtSpeed) device.receive(copy);
          done();
        });
      },
      onData: (listener) => {
        data = listener;
      },
      onClose: (listener) => {
        closed = listener;
      },
      close: async () => end(),
    };
    device.lineUp((bytes) => {
      const copy = Uint8Array.from(bytes);
      setImmediate(() => {
        if (isOpen && isAtSpeed) data(copy);
      });
    });
    return stream;
  };
}

/** A node's end of a cable, polled by the test's clock. */
export class FakeNode implements Device {
  readonly link: LinkNode;
  readonly durable: number[] = [];
  /** Commands that have come, to be answered by `link.answer`. */
  readonly commands: { readonly id: number; readonly payload: Uint8Array }[] = [];
  #send: ((bytes: Uint8Array) => void) | undefined;

  constructor(clock: ManualClock, options: Partial<LinkNodeOptions> & { nodeId: string }) {
    this.link = new LinkNode({
      life: 1,
      ...options,
      now: () => clock.monotonicMs(),
      send: (frame) => this.#send?.(frame),
      onEvent: (event) => {
        if (event.kind === "durable") this.durable.push(event.through);
        if (event.kind === "command") this.commands.push(event);
      },
    });
    const poll = () => {
      this.link.poll();
      clock.after(10, poll);
    };
    poll();
  }

  receive(bytes: Uint8Array): void {
    this.link.receive(bytes);
  }

  lineUp(send: (bytes: Uint8Array) => void): void {
    this.#send = send;
    this.link.lineUp();
  }

  lineDown(): void {
    this.#send = undefined;
    this.link.lineDown();
  }
}
