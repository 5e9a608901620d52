import { defineSchema } from "@bollard/schema";
import { expect, test } from "vitest";
import { commandForms } from "./command-forms.js";

test("a form has each field of a command with its bounds", () => {
  const lamp = defineSchema({
    name: "lamp",
    id: 1,
    fields: [{ name: "power", unit: "W", min: 0, max: 100, resolution: 1 }],
    commands: [
      {
        name: "dim",
        id: 1,
        title: "Dim the lamp",
        fields: [
          { name: "level", unit: "/100", min: 0, max: 100, resolution: 5 },
          { name: "mode", kind: "enum", values: ["slow", "fast"], optional: true },
          { name: "until", kind: "duration", max: 3600, resolution: 60 },
          { name: "note", kind: "text", maxBytes: 20, title: "Why" },
        ],
      },
      { name: "reboot", id: 2 },
    ],
  });
  const field = { optional: false, unit: "" };
  expect(commandForms([lamp])).toEqual([
    {
      schema: "lamp",
      name: "dim",
      title: "Dim the lamp",
      fields: [
        {
          ...field,
          name: "level",
          title: "level",
          unit: "%",
          kind: "quantity",
          min: 0,
          max: 100,
          step: 5,
        },
        {
          ...field,
          name: "mode",
          title: "mode",
          kind: "enum",
          optional: true,
          words: ["slow", "fast"],
        },
        {
          ...field,
          name: "until",
          title: "until",
          unit: "s",
          kind: "duration",
          min: 0,
          max: 3600,
          step: 60,
        },
        { ...field, name: "note", title: "Why", kind: "text", length: 20 },
      ],
    },
    { schema: "lamp", name: "reboot", title: "reboot", fields: [] },
  ]);
});
