import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { CityReader, CutBroker } from "./bridge-parts.js";

/** What a test has to itself. */
export interface TestStreet {
  /** Empty at first. */
  readonly folder: string;
  readonly street: CutBroker;
  readonly city: CutBroker;
  /** Reads what arrives in the city. */
  readonly reader: CityReader;
  /** Called after the test, the last one first, before the brokers close. */
  readonly closing: (() => Promise<unknown>)[];
}

/** Gives each test of a file a folder and two brokers, and puts them away after it. */
export function useStreet(take: (own: TestStreet) => void): void {
  let own: TestStreet | undefined;
  beforeEach(async () => {
    const [street, city] = await Promise.all([CutBroker.open(), CutBroker.open()]);
    const folder = mkdtempSync(join(tmpdir(), "bollard-e2e-"));
    own = { folder, street, city, reader: new CityReader(city), closing: [] };
    take(own);
  });
  afterEach(async () => {
    if (!own) return;
    for (const close of own.closing.reverse()) await close();
    await Promise.all([own.street.close(), own.city.close()]);
    rmSync(own.folder, { recursive: true });
  });
}
