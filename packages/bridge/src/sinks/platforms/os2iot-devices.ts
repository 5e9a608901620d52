import { statSync } from "node:fs";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import { readOs2iotDevices } from "../../config/read-config.js";
import type { Os2iotDevices } from "./os2iot.js";

const LOOK_MS = 1000;

/**
 * The devices in a file, read again when it has changed. A file that is wrong then leaves those of
 * before, and the log says what is wrong.
 *
 * @throws BridgeError `BRIDGE_CONFIG_UNREADABLE`, `BRIDGE_CONFIG_INVALID` where it is wrong at first
 */
export function os2iotDevices(file: string, clock: BridgeClock, log: Logger): Os2iotDevices {
  let devices = readOs2iotDevices(file);
  let changedMs = changeOf(file);
  let lookedMs = clock.monotonicMs();
  return () => {
    if (clock.monotonicMs() - lookedMs < LOOK_MS) return devices;
    lookedMs = clock.monotonicMs();
    const now = changeOf(file);
    if (now === changedMs) return devices;
    changedMs = now;
    try {
      devices = readOs2iotDevices(file);
    } catch (error) {
      log.error({ err: error }, "the file of devices is wrong; those of before are used");
    }
    return devices;
  };
}

function changeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
