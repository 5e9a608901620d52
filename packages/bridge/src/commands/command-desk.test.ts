import { commandSchema, decodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.js";
import { CommandDesk, type CommandRoute } from "./command-desk.js";

const lamp = defineSchema({
  name: "lamp",
  id: 40,
  fields: [{ name: "power", unit: "W", min: 0, max: 100, resolution: 1 }],
  commands: [
    {
      name: "dim",
      id: 7,
      fields: [{ name: "level", unit: "/", min: 0, max: 1, resolution: 0.01 }],
    },
    { name: "reboot", id: 8 },
  ],
});
const meter = defineSchema({
  name: "meter",
  id: 41,
  fields: [{ kind: "counter", name: "energy", bits: 32 }],
  commands: [{ name: "reboot", id: 9 }],
});

let sent: { node: string; payload: Uint8Array; withinMs: number }[];
let answer: ReturnType<CommandRoute["command"]>;
let desk: CommandDesk;

beforeEach(() => {
  sent = [];
  answer = Promise.resolve({ status: "done" });
  const nowhere: CommandRoute = { command: () => undefined };
  const serial: CommandRoute = {
    command: (node, payload, { withinMs }) => {
      if (node !== "a1-b2") return undefined;
      sent.push({ node, payload, withinMs });
      return answer;
    },
  };
  const names: Record<string, string> = { "oak-street-12": "a1-b2", away: "c3-d4" };
  desk = new CommandDesk({
    schemas: () => [lamp, meter],
    routes: () => [nowhere, serial],
    idOf: (name) => names[name],
    clock: new ManualClock(),
  });
});

const dim = { id: "1", command: "dim", values: { level: 0.5 }, withinMs: 5000 };

describe("CommandDesk", () => {
  test("encodes a command by its schema and sends it where the node is", async () => {
    const result = await desk.ask("oak-street-12", dim);
    expect(result).toEqual({
      id: "1",
      node: "oak-street-12",
      status: "done",
      at: new Date(new ManualClock().wallMs()).toISOString(),
    });
    expect(sent.map(({ node, withinMs }) => [node, withinMs])).toEqual([["a1-b2", 5000]]);
    const schema = commandSchema(lamp, "dim");
    if (!schema) throw new Error("no command");
    expect(decodePayload(schema, sent[0]?.payload ?? new Uint8Array()).readings).toEqual([
      { values: { level: 0.5 } },
    ]);
  });

  test("does what is asked twice under one id once, also while it is under way", async () => {
    let done = (_: { status: "done" }) => {};
    answer = new Promise((resolve) => {
      done = resolve;
    });
    const first = desk.ask("oak-street-12", dim);
    const second = desk.ask("oak-street-12", dim);
    done({ status: "done" });
    expect(await second).toEqual(await first);
    expect(await desk.ask("oak-street-12", dim)).toEqual(await first);
    expect(sent.length).toBe(1);
    await desk.ask("oak-street-12", { ...dim, id: "2" });
    expect(sent.length).toBe(2);
  });

  test("says what is wrong with a request, and sends nothing", async () => {
    const wrong = async (asked: unknown, command?: string) => {
      const { status, message } = await desk.ask("oak-street-12", asked, command);
      return `${status}: ${message}`;
    };
    expect(await wrong("dim")).toMatch(/^invalid: a command is a JSON object/);
    expect(await wrong({ command: "dim" })).toMatch(/^invalid: id has to be/);
    expect(await wrong({ ...dim, extra: 1 })).toMatch(/^invalid: there is no member "extra"/);
    expect(await wrong({ ...dim, command: "paint" })).toBe(
      'invalid: there is no command "paint"; there are: dim, reboot',
    );
    expect(await wrong({ ...dim, values: { brightness: 1 } })).toBe(
      'invalid: values has no field "brightness"; the fields are: level',
    );
    expect(await wrong({ ...dim, values: { level: 2 } })).toMatch(/^invalid: .*level/);
    expect(await wrong({ ...dim, withinMs: 0 })).toMatch(/^invalid: withinMs has to be/);
    expect(await wrong({ id: "3", command: "reboot" })).toBe(
      "invalid: several schemas have it: give schema, one of lamp, meter",
    );
    expect(await wrong(dim, "reboot")).toBe(
      'invalid: command is "dim", and the topic says "reboot"',
    );
    expect(await wrong({ id: "4", schema: "meter" }, "reboot")).toBe("done: undefined");
    expect(sent.length).toBe(1);
  });

  test("says so where nothing leads to the node, or there is none", async () => {
    expect(await desk.ask("away", dim)).toMatchObject({ status: "unreachable" });
    expect(await desk.ask("nobody", dim)).toMatchObject({
      status: "invalid",
      message: "there is no node of this name",
    });
    answer = Promise.reject(new Error("the port is closed"));
    expect(await desk.ask("oak-street-12", dim)).toMatchObject({
      status: "unreachable",
      message: "the port is closed",
    });
  });

  test("answers whatever is asked", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (asked) => {
        expect((await desk.ask("oak-street-12", asked)).status).toBe("invalid");
      }),
    );
  });
});
