export type { DiskOperation } from "./disk-core.js";
export { Ledger } from "./ledger.js";
export { ManualClock } from "./manual-clock.js";
export { MemoryDisk } from "./memory-disk.js";
export { randomFrom } from "./random.js";
