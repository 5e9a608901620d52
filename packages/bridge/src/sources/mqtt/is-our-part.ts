import { crc32 } from "node:zlib";

/** Which of several bridges this is. */
export interface Split {
  /** 1 to `of`. */
  readonly part: number;
  readonly of: number;
}

/** Whether this bridge is the one that takes the node, where several split a city by its nodes' ids. */
export function isOurPart(node: string, split: Split | undefined): boolean {
  return split === undefined || crc32(node) % split.of === split.part - 1;
}
