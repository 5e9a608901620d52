import type { FleetControls } from "../engine/fleet-controls.js";

/** What is changed, or what is wrong with it and would be right. */
export type ReadControls =
  | { readonly controls: Partial<FleetControls> }
  | { readonly problem: string };

const ranges = {
  rate: [0, 1000, "a multiple of the scenario's rate, 0 to 1000; 0 is a pause"],
  nodes: [0, 1, "a share of the nodes, 0 to 1"],
  cut: [0, 1, "a share of the connections, 0 to 1"],
} as const;

/** Reads a JSON object with `rate`, `nodes`, `cut` or `faults`. */
export function readControls(text: string): ReadControls {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'the body is not JSON; send such as {"rate":2}' };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: 'the body is not an object; send such as {"rate":2}' };
  }
  const controls: Partial<Record<keyof FleetControls, unknown>> = {};
  for (const [key, given] of Object.entries(value)) {
    if (key === "faults") {
      if (given !== null && typeof given !== "boolean") {
        return { problem: "faults is not true, false, or null to leave it to the phase" };
      }
      controls.faults = given ?? undefined;
      continue;
    }
    if (!Object.hasOwn(ranges, key)) {
      return { problem: `${key} is no control; known are rate, nodes, faults, cut` };
    }
    const [least, most, right] = ranges[key as keyof typeof ranges];
    if (typeof given !== "number" || !(given >= least && given <= most)) {
      return { problem: `${key} is not ${right}` };
    }
    controls[key as keyof typeof ranges] = given;
  }
  return { controls: controls as Partial<FleetControls> };
}
