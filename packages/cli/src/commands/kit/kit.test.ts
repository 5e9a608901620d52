import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-kit-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("bollard kit", () => {
  test("writes a kit that its own check passes, and twice the same", async () => {
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    const { code, out, err } = await run([
      "kit",
      air,
      "-o",
      one,
      "--maker",
      "Éxample Sensors",
      "--json",
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const paths: string[] = JSON.parse(out);
    expect(paths).toContain("lorawan/codec.js");
    expect(paths).toContain("lorawan/vendor/example-sensors/street-air-codec.yaml");
    await run(["kit", air, "-o", other, "--maker", "Éxample Sensors"]);
    for (const path of paths) {
      expect(readFileSync(join(other, path), "utf8")).toBe(readFileSync(join(one, path), "utf8"));
    }
    const check = await run(["kit", "check", one]);
    expect({ code: check.code, err: check.err }).toEqual({ code: 0, err: "" });
    expect(check.out).not.toContain("failed");
    expect(check.out).toMatch(/^passed {2}lorawan\/codec\.js: \d+ vectors/m);
  });

  test("has only the parts that are asked for", async () => {
    const { out } = await run([
      "kit",
      air,
      "-o",
      join(folder, "part"),
      "--for",
      "python",
      "--json",
    ]);
    expect(JSON.parse(out)).toEqual(["python/street_air.py", "vectors.json", "kit.json"]);
  });

  test("a file that was changed, and a decoder that is wrong, fail the check", async () => {
    const kit = join(folder, "changed");
    await run(["kit", air, "-o", kit, "--for", "lorawan"]);
    appendFileSync(join(kit, "lorawan/codec.js"), "\nSCHEMA.fields[0].slots[0].steps[2] = 100;\n");
    const { code, out, err } = await run(["kit", "check", kit]);
    expect(code).toBe(1);
    expect(out).toMatch(/failed {2}kit\.json: lorawan\/codec\.js was changed/);
    expect(out).toMatch(/failed {2}lorawan\/codec\.js: wrong: a single reading/);
    expect(err).toMatch(/2 of 2 checks failed/);
  });

  test("says what it cannot take", async () => {
    const wrong = async (...args: string[]) => (await run(["kit", ...args])).err;
    expect(await wrong(air, "-o", folder, "--for", "lora")).toMatch(
      /there is no part "lora"; there are lorawan, os2iot/,
    );
    expect(await wrong(air, "-o", folder, "--port", "224")).toMatch(/a LoRaWAN port is 1 to 223/);
    expect(await wrong(air)).toMatch(/required option '-o, --output <folder>' not specified/);
    expect(await wrong("check", join(folder, "nothing"))).toMatch(/kit\.json is not there/);
  });
});
