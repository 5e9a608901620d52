import { afterEach, expect, test } from "vitest";
import type { CommandFormView, CommandResultView } from "../page/detail-types.js";
import { httpOptions } from "../testing/http-options.js";
import { ManualClock } from "../testing/manual-clock.js";
import { type HttpServer, startHttpServer } from "./http-server.js";

let server: HttpServer | undefined;
afterEach(() => server?.close());

const forms: CommandFormView[] = [
  {
    schema: "lamp",
    name: "show",
    title: "Show",
    fields: [
      { name: "picture", title: "Picture", unit: "", kind: "bytes", optional: false, length: 8 },
      { name: "note", title: "Note", unit: "", kind: "text", optional: true, length: 8 },
    ],
  },
];

async function start(answer: Pick<CommandResultView, "status" | "message">) {
  const asked: unknown[] = [];
  const ask = async (node: string, request: unknown) => {
    asked.push([node, request]);
    return { id: "7f3", node, at: "2026-11-24T05:12:43.000Z", ...answer };
  };
  server = await startHttpServer(
    httpOptions(new ManualClock(), { commands: { forms: () => forms, ask } }),
  );
  const { url } = server;
  const post = (path: string, body: unknown) =>
    fetch(`${url}/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return { asked, post, url };
}

test("the forms tell what can be asked", async () => {
  const { url } = await start({ status: "done" });
  expect(await (await fetch(`${url}/api/v1/commands`)).json()).toEqual(forms);
});

test("a command goes to the node of that name, its bytes from hexadecimal digits", async () => {
  const { asked, post } = await start({ status: "refused", message: "not now" });
  const values = { picture: "0aFF", note: "0aff" };
  const response = await post("nodes/oak%2F12/commands", { id: "7f3", command: "show", values });
  expect([response.status, await response.json()]).toEqual([
    200,
    {
      id: "7f3",
      node: "oak/12",
      status: "refused",
      message: "not now",
      at: "2026-11-24T05:12:43.000Z",
    },
  ]);
  const picture = Uint8Array.of(0x0a, 0xff);
  expect(asked).toEqual([
    ["oak/12", { id: "7f3", command: "show", values: { picture, note: "0aff" } }],
  ]);
});

test("a wrong one is a problem that says why", async () => {
  const { asked, post } = await start({ status: "invalid", message: "there is no such field" });
  const response = await post("nodes/oak/commands", { values: { picture: "odd" } });
  expect([response.status, await response.json()]).toEqual([
    422,
    {
      type: "about:blank",
      status: 422,
      title: "The command is wrong",
      detail: "there is no such field",
    },
  ]);
  expect(asked).toEqual([["oak", { values: { picture: "odd" } }]]);
  expect((await post("nodes/oak/commands", [1])).status).toBe(400);
});
