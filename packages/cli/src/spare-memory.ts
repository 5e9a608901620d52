import { setFlagsFromString } from "node:v8";

/**
 * Has a long-running process take its garbage out early: on a small computer in a cabinet memory is
 * scarcer than the processor. Left to itself V8 lets several times of what a bridge lives on pile up
 * before it clears away; `npm run -s bench:bridge` shows what that comes to.
 */
export function spareMemory(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=25");
}
