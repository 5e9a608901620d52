import { readFileSync } from "node:fs";
import type { FleetTarget } from "../engine/fleet-target.js";
import { FleetError } from "../error.js";

/** What a process may have of the system; undefined where that is not known. */
export interface SystemLimits {
  readonly openFiles: number | undefined;
  /** Ports of one source address. */
  readonly ports: number | undefined;
}

/** Files that a process has open beside its connections. */
const OTHER_FILES = 64;

/**
 * Checks that a fleet can have all its connections at once.
 *
 * @throws {@link FleetError} `FLEET_TOO_FEW_FILES`, `FLEET_TOO_FEW_PORTS` with the number needed and
 *   what to do
 */
export function checkLimits(
  connections: number,
  { sourceAddresses = [] }: Pick<FleetTarget, "sourceAddresses">,
  limits: SystemLimits = readSystemLimits(),
): void {
  const { openFiles = Number.POSITIVE_INFINITY, ports = Number.POSITIVE_INFINITY } = limits;
  const files = connections + OTHER_FILES;
  if (files > openFiles) {
    throw new FleetError(
      "FLEET_TOO_FEW_FILES",
      "clients",
      `${connections} connections need ${files} open files and this process may have ${openFiles}: run "ulimit -n ${files}" first, or as root "prlimit --pid $$ --nofile=${files}"`,
    );
  }
  const addresses = Math.max(1, new Set(sourceAddresses).size);
  if (connections > ports * addresses) {
    const needed = Math.ceil(connections / ports);
    const list = Array.from({ length: needed }, (_, index) => `127.0.0.${index + 1}`);
    throw new FleetError(
      "FLEET_TOO_FEW_PORTS",
      "clients",
      `${connections} connections need as many ports and ${addresses} source address${addresses > 1 ? "es have" : " has"} ${ports * addresses}: give ${needed} source addresses (on loopback --ifaddr ${list.slice(0, 3).join(",")}${needed > 3 ? ",…" : ""}), or as root "sysctl -w net.ipv4.ip_local_port_range='1024 65535'" for 64,512 of each`,
    );
  }
}

/** What Linux says of this process; nothing elsewhere. */
function readSystemLimits(): SystemLimits {
  return parseSystemLimits(
    read("/proc/self/limits"),
    read("/proc/sys/net/ipv4/ip_local_port_range"),
  );
}

/** From the text of `/proc/self/limits` and `ip_local_port_range`. */
export function parseSystemLimits(limits: string, range: string): SystemLimits {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  const [, first, last] = /^(\d+)\s+(\d+)/.exec(range) ?? [];
  return {
    openFiles: soft === undefined ? undefined : Number(soft),
    ports: first === undefined ? undefined : Number(last) - Number(first) + 1,
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
