import type { Duplex } from "node:stream";
import { openVirtualPort, type VirtualPort } from "@bollard/firmware-sim";

/**
 * The cable between a node and the bridge's serial port, that can be cut and joined again.
 *
 * Cut, the port is gone for the bridge, as when somebody pulls a USB plug; joined, it is a new port
 * under the same link.
 */
export class SerialCable {
  readonly #link: string;
  readonly #baudRate: number;
  readonly #waiting = new Set<() => void>();
  #port: VirtualPort | undefined;
  #isCut = false;

  /** @param link - the path that the bridge opens */
  constructor(link: string, baudRate: number) {
    this.#link = link;
    this.#baudRate = baudRate;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** The node's end; while the cable is cut it waits for it to be joined. */
  async open(): Promise<Duplex> {
    while (this.#isCut) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    await this.#port?.close();
    this.#port = await openVirtualPort({ link: this.#link, baudRate: this.#baudRate });
    return this.#port.stream();
  }

  async cut(): Promise<void> {
    this.#isCut = true;
    await this.#port?.close();
    this.#port = undefined;
  }

  join(): void {
    this.#isCut = false;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
