import { expect, test } from "vitest";
import type { FieldView, NodeView } from "../../api-types.js";
import type { LinkView } from "../../detail-types.js";
import { nodeFacts, signalOf, signalTitle } from "./node-facts.js";

function node(name: string, values: readonly FieldView[] = []): NodeView {
  const at = "2026-11-24T05:12:43.000Z";
  return {
    ...{ name, id: `id-${name}`, schema: "health", source: "cable", observedAt: at, arrivedAt: at },
    ...{ clock: "synchronised", firstSeenAt: at, fresh: true, readings: 1, values },
  };
}

const value = (name: string, unit: string, number: number | null): FieldView => ({
  ...{ name, title: name, unit, value: number, decimals: 1 },
});

test("nodes stand by name, each with what its port knows of it", () => {
  const linked = { id: "id-lamp-2", firmware: "1.4", boot: 7, window: 8, schemas: [17] };
  const link = { openedAt: "", frames: 0, badFrames: 0, discardedBytes: 0, strangeFrames: 0 };
  const counts = { messages: 0, repeated: 0, givenUp: 0, waiting: 0, unsent: 0 };
  const links: LinkView[] = [
    { port: "/dev/a", source: "x", state: "down", detail: "gone" },
    {
      port: "/dev/b",
      source: "x",
      state: "up",
      detail: "",
      link: { ...link, ...counts, node: linked },
    },
  ];
  const facts = nodeFacts([node("lamp-10"), node("lamp-2")], links);
  expect(facts.map((fact) => [fact.node.name, fact.linked])).toEqual([
    ["lamp-2", linked],
    ["lamp-10", undefined],
  ]);
});

test("a signal is told with its units, and by how many gateways it was heard", () => {
  const signal = { rssiDbm: -97, snrDb: -7.25, gateways: 3 };
  expect([signalOf(signal), signalTitle(signal)]).toEqual([
    ...["−97 dBm, SNR −7.3 dB", "The best of 3 gateways that heard it"],
  ]);
  const alone = { rssiDbm: -48.5, gateways: 1 };
  expect([signalOf(alone), signalTitle(alone)]).toEqual(["−48.5 dBm", "One gateway heard it"]);
  expect([signalOf(undefined), signalTitle(undefined)]).toEqual(["–", undefined]);
});

test("a battery is found by its field's name, and a share goes before a voltage", () => {
  const batteries = [
    node("a", [value("battery_voltage", "V", 3.71), value("battery", "%", 83)]),
    node("b", [value("vbat", "V", 3.71)]),
    node("c", [value("battery", "%", null)]),
    node("d", [value("pm25", "µg/m³", 3)]),
  ];
  expect(nodeFacts(batteries).map(({ battery }) => battery)).toEqual([
    "83.0 %",
    "3.7 V",
    "missing",
    undefined,
  ]);
});
