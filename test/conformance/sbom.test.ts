import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Bill {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly name: string;
    readonly purl: string;
    readonly hashes?: readonly unknown[];
  }[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn?: readonly string[];
  }[];
}

test("the bill of materials passes CycloneDX's own schema, and has what runs and nothing else", async () => {
  // It ends with 1 where the schema finds something.
  const { stdout } = await promisify(execFile)("node", ["tools/sbom.mjs"], {
    cwd: root,
    maxBuffer: 32 * 1024 * 1024,
  });
  const bill: Bill = JSON.parse(stdout);
  expect(bill.bomFormat).toBe("CycloneDX");
  const names = new Set(bill.components.map(({ name }) => name));
  for (const name of ["bridge", "fastify", "mqtt", "serialport", "cbor-x", "jsonld"]) {
    expect(names).toContain(name);
  }
  for (const name of ["vitest", "typescript", "playwright-core"]) expect(names).not.toContain(name);
  const own = bill.components.filter(({ purl }) => purl.includes("bollard"));
  const theirs = bill.components.filter(({ purl }) => !purl.includes("bollard"));
  expect(own.length).toBeGreaterThan(12);
  expect(theirs.filter(({ hashes }) => !hashes?.length)).toEqual([]);
  const refs = new Set(bill.dependencies.map(({ ref }) => ref));
  const loose = bill.dependencies.flatMap(({ dependsOn = [] }) =>
    dependsOn.filter((ref) => !refs.has(ref)),
  );
  expect(loose).toEqual([]);
});
