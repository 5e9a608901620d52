import type { ManualClock } from "./manual-clock.js";

/** Lets time pass until the promise is settled; how much of it, ms. */
export async function passUntil(clock: ManualClock, done: Promise<unknown>): Promise<number> {
  let isDone = false;
  let passedMs = 0;
  const settled = done.then(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise(setImmediate);
    if (clock.waiting === 0) continue;
    clock.pass(100);
    passedMs += 100;
  }
  await settled;
  return passedMs;
}
