import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveNodes } from "../config/resolve-config.js";
import { NodeRegistry } from "./node-registry.js";
import { RegistryFile } from "./registry-file.js";

const clock = { wallMs: () => Date.parse("2026-05-01T08:00:00Z") };
const around = async (change: () => void) => {
  change();
  return 0;
};
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-registry-"));
  path = join(folder, "nodes.yaml");
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(file = path): NodeRegistry {
  const list = resolveNodes({ fixed: { name: "town-hall" } });
  return new NodeRegistry({ unknown: "hold", list, file: new RegistryFile(file), clock });
}

const text = () => readFileSync(path, "utf8");

describe("NodeRegistry", () => {
  test("approves an unknown node, keeps it on the disk, and knows it after a restart", async () => {
    const registry = open();
    await registry.put("lamp-12", { name: "oak-street-12", position: [23.32, 42.69] }, around);
    expect(registry.registry.find("lamp-12")?.name).toBe("oak-street-12");
    expect(text()).toBe("lamp-12:\n  name: oak-street-12\n  position:\n    - 23.32\n    - 42.69\n");
    expect(open().list()).toEqual([
      { id: "fixed", name: "town-hall", calibration: {}, tags: [], isChangeable: false },
      {
        ...{ id: "lamp-12", name: "oak-street-12", position: [23.32, 42.69] },
        ...{ calibration: {}, tags: [], isChangeable: true },
      },
    ]);
  });

  test("leaves the owner's comments and what was written meanwhile", async () => {
    writeFileSync(
      path,
      "# the lamps of Oak Street\nlamp-12:\n  name: oak-street-12 # by the school\n",
    );
    const registry = open();
    writeFileSync(path, `${text()}lamp-13: { name: oak-street-13 }\n`);
    await registry.put("lamp-14", {}, around);
    expect(text()).toBe(
      "# the lamps of Oak Street\nlamp-12:\n  name: oak-street-12 # by the school\nlamp-13: { name: oak-street-13 }\nlamp-14: {}\n",
    );
    expect(registry.registry.find("lamp-13")?.name).toBe("oak-street-13");
  });

  test("moves a node, and forgets what is null", async () => {
    const registry = open();
    await registry.put("lamp-12", { name: "oak-street-12", heightM: 3 }, around);
    await registry.patch("lamp-12", { position: [23.4, 42.7], heightM: null }, around);
    expect(registry.registry.find("lamp-12")).toEqual({
      ...{ id: "lamp-12", name: "oak-street-12", position: [23.4, 42.7] },
      ...{ calibration: new Map(), tags: [] },
    });
  });

  test("gives new hardware the name and the place, and not the calibration", async () => {
    const registry = open();
    const calibration = { pm25: { gain: 0.9 } };
    const old = { name: "oak-street-12", heightM: 3, calibration, tags: ["school"] };
    await registry.put("lamp-12", old, around);
    await registry.replaceHardware("lamp-12", "lamp-99", around);
    const now = clock.wallMs() / 1000;
    expect(registry.registry.find("lamp-12", now)).toBeUndefined();
    expect(registry.registry.find("lamp-12", now - 1)?.name).toBe("oak-street-12");
    expect(registry.registry.find("lamp-99", now)).toEqual({
      ...{ id: "lamp-99", name: "oak-street-12", heightM: 3, tags: ["school"] },
      ...{ installedS: now, calibration: new Map() },
    });
    expect(() => registry.replaceHardware("lamp-99", "fixed", around)).toThrow("already");
  });

  test("a node that is taken out is unknown again", async () => {
    const registry = open();
    await registry.put("lamp-12", {}, around);
    await registry.remove("lamp-12", around);
    expect(registry.registry.find("lamp-12")).toBeUndefined();
    expect(text()).toBe("{}\n");
    expect(() => registry.remove("lamp-12", around)).toThrow("BRIDGE_NODE_UNKNOWN");
  });

  test("changes nothing where the change is wrong", async () => {
    const registry = open();
    await registry.put("lamp-12", { name: "oak-street-12" }, around);
    const before = text();
    const wrong = [
      () => registry.put("lamp-13", { name: "oak-street-12" }, around),
      () => registry.put("lamp-13", { name: "no spaces" }, around),
      () => registry.put("lamp-13", { hight: 3 } as never, around),
      () => registry.put("fixed", { name: "other" }, around),
      () => registry.patch("lamp-13", {}, around),
    ];
    for (const change of wrong) expect(change).toThrow(/BRIDGE_/);
    expect(text()).toBe(before);
    expect(registry.list()).toHaveLength(2);
  });

  test("says when the file cannot be written, and holds to what it had", () => {
    mkdirSync(`${path}.new`);
    const registry = open();
    expect(() => registry.put("lamp-12", {}, around)).toThrow("BRIDGE_REGISTRY_UNWRITABLE");
    expect(registry.registry.find("lamp-12")).toBeUndefined();
  });

  test.each(["nodes.csv", "nodes.json"])("keeps %s in its own form", async (name) => {
    const file = join(folder, name);
    const registry = open(file);
    await registry.put("lamp-12", { name: "oak-street-12", tags: ["school"] }, around);
    await registry.put("lamp-13", {}, around);
    await registry.remove("lamp-13", around);
    const again = open(file).list();
    expect(again.at(-1)).toMatchObject({ id: "lamp-12", name: "oak-street-12", tags: ["school"] });
    expect(again).toHaveLength(2);
  });

  test("writes what a link points to", async () => {
    const target = join(folder, "real.yaml");
    writeFileSync(target, "{}\n");
    symlinkSync(target, path);
    await open().put("lamp-12", {}, around);
    expect(readFileSync(target, "utf8")).toContain("lamp-12");
  });
});
