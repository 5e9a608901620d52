import { describe, expect, test } from "vitest";
import { run } from "./testing/run.js";
import { version } from "./version.js";

describe("bollard", () => {
  test("tells its version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  test("tells its commands, with an example", async () => {
    const { code, out, err } = await run(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("check, lock, learn and weigh sensor schemas");
    expect(out).toContain("$ bollard schema check street-air.schema.yaml");
  });

  test("called without a word tells the same, and that this was no use", async () => {
    const { code, out, err } = await run([]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("Usage: bollard [options] [command]");
  });

  test("suggests the command that was meant", async () => {
    expect(await run(["paylod"])).toEqual({
      code: 2,
      out: "",
      err: "bollard: unknown command 'paylod'\n(Did you mean payload?)\n(add --help for what it takes)\n",
    });
  });

  test("suggests the option that was meant", async () => {
    expect(await run(["payload", "encode", "a.yaml", "{}", "--tme", "3"])).toEqual({
      code: 2,
      out: "",
      err: "bollard: unknown option '--tme'\n(Did you mean --time?)\n(add --help for what it takes)\n",
    });
  });

  test("says where an error came from under --debug", async () => {
    const { code, err } = await run(["--debug", "schema", "check", "no-such-file.yaml"]);
    expect(code).toBe(1);
    expect(err).toContain("read-schemas.ts");
  });

  test("has an example in the help of every command", async () => {
    for (const words of await commandsBelow([])) {
      const { code, out } = await run([...words, "--help"]);
      expect(code).toBe(0);
      expect(out).toContain(`$ bollard ${words.join(" ")}`);
    }
  });
});

/** The words of every command that has none below it, as the help texts list them. */
async function commandsBelow(words: readonly string[]): Promise<string[][]> {
  const { out } = await run([...words, "--help"]);
  const list = out.split("Commands:\n")[1]?.split("\n\n")[0] ?? "";
  const names = [...list.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? "");
  const below = names.filter((name) => name !== "help");
  if (below.length === 0) return [[...words]];
  const all = await Promise.all(below.map((name) => commandsBelow([...words, name])));
  return all.flat();
}
