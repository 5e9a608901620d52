import { expectTypeOf, test } from "vitest";
import { defineSchema, type MessageKey, type SensorSchema } from "../index.js";
import { air, health } from "../testing/street-air.js";
import { functionTransport } from "./function-transport.js";
import { Node } from "./node.js";

const lamp = defineSchema({
  name: "lamp",
  id: 9,
  fields: [{ name: "lit", kind: "boolean" }],
  commands: [
    {
      name: "dim",
      id: 1,
      fields: [{ name: "level", unit: "/100", min: 0, max: 100, resolution: 1 }],
    },
    { name: "reboot", id: 2 },
  ],
});
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

test("a command is known by its schema, and its values by its name", () => {
  new Node({
    id: "a",
    boot: 1,
    schemas: [lamp, air],
    transport,
    onCommand: (command) => {
      expectTypeOf(command.schema).toEqualTypeOf<"lamp">();
      expectTypeOf(command.name).toEqualTypeOf<"dim" | "reboot">();
      if (command.name === "dim") expectTypeOf(command.values.level).toEqualTypeOf<number>();
      // @ts-expect-error a command without fields carries none
      if (command.name === "reboot") command.values.level;
      return true;
    },
  });
});

test("a node of schemas from files takes any values, and every node is a Node", () => {
  const schemas: SensorSchema[] = [];
  const node = new Node({ id: "a", boot: 1, schemas, transport });
  node.report({ anything: 1 });
  node.reportOf("whatever-the-file-says", { anything: 1 });
  expectTypeOf(new Node({ id: "a", boot: 1, schemas: [air], transport })).toExtend<Node>();
});
