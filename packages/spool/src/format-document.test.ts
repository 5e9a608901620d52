import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HEADER_BYTES } from "./segment-header.js";
import { Spool } from "./spool.js";
import { MemoryDisk } from "./testing/memory-disk.js";

const document = readFileSync(new URL("../../../docs/spool-format.md", import.meta.url), "utf8");

/** The bytes of the document's example: hexadecimal at the start of each line; `…` is zeros up to byte 60. */
function exampleBytes(): Buffer {
  const [, block = ""] = /```hex\n([\s\S]*?)```/.exec(document) ?? [];
  const bytes: number[] = [];
  for (const line of block.trim().split("\n")) {
    const [hex = ""] = line.split("   ");
    for (const word of hex.trim().split(/\s+/)) {
      if (word === "…") while (bytes.length < 59) bytes.push(0);
      else bytes.push(Number.parseInt(word, 16));
    }
  }
  return Buffer.from(bytes);
}

test("the example in docs/spool-format.md is a segment that is read as it says", async () => {
  const example = exampleBytes();
  const header = example.subarray(0, 64);
  const segment = Buffer.alloc(HEADER_BYTES + example.length - 64);
  header.copy(segment, 0);
  header.copy(segment, 512);
  example.copy(segment, HEADER_BYTES, 64);
  const fs = new MemoryDisk().start();
  await (await fs.open("/spool/0000000001.seg", "create")).write(segment, 0);
  const spool = await Spool.open({ dir: "/spool", fs });
  const entries = await spool.cursor("reader").read(10);
  expect(
    entries.map((entry) => ({ ...entry, bytes: Buffer.from(entry.bytes).toString() })),
  ).toEqual([
    { position: 1, timeMs: 1_790_000_000_000, stream: "lamp-7", keep: false, bytes: "hello" },
    { position: 2, timeMs: 1_790_000_000_250, stream: "lamp-7", keep: true, bytes: "again" },
  ]);
});
