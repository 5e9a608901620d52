import { expectTypeOf, test } from "vitest";
import type { MessageKey, SensorSchema } from "../index.js";
import { air, health } from "../testing/street-air.js";
import { functionTransport } from "./function-transport.js";
import { Node } from "./node.js";

const transport = functionTransport(async () => {});

test("a report is checked against its schema", () => {
  const node = new Node({ id: "a", boot: 1, schemas: [air, health], transport });
  expectTypeOf(node.report({ pm25: 1 })).toEqualTypeOf<MessageKey | undefined>();
  node.reportOf("node-health", { battery: 3.3 });
  // @ts-expect-error there is no such field
  node.report({ pm26: 1 });
  // @ts-expect-error a field that is not optional is missing
  node.report({ temperature: 1 });
  // @ts-expect-error there is no such schema
  node.reportOf("street-noise", { battery: 3.3 });
  // @ts-expect-error these are another schema's values
  node.reportOf("node-health", { pm25: 1 });
});

test("a node of schemas from files takes any values, and every node is a Node", () => {
  const schemas: SensorSchema[] = [];
  new Node({ id: "a", boot: 1, schemas, transport }).report({ anything: 1 });
  expectTypeOf(new Node({ id: "a", boot: 1, schemas: [air], transport })).toExtend<Node>();
});
