import { expect, test } from "vitest";
import { parse } from "yaml";
import type { BridgeConfig } from "./config.js";
import { configKeys } from "./config-keys.js";
import { exampleConfig } from "./example-config.js";
import { resolveConfig } from "./resolve-config.js";

const example = exampleConfig();

test("the example is a good configuration, of nothing but defaults", () => {
  expect(resolveConfig(parse(example) as BridgeConfig)).toEqual(resolveConfig({}));
});

test("it has every key and its title", () => {
  const named = /^(nodes\.list|privacy)\.\*\.(fields\.\*\.)?[a-zA-Z]+$/;
  const keys = configKeys().filter(({ path }) => !path.includes("*") || named.test(path));
  for (const { path, title } of keys) {
    const key = path.split(".").at(-1) ?? "";
    expect(example).toMatch(new RegExp(`^[# -]*${key}:`, "m"));
    expect(example.replace(/\n[# ]+/g, " ")).toContain(title);
  }
});

test("what is a comment stands for an item that is good", () => {
  const items = itemsIn(example.split("\n"));
  const of = (key: string) => items.filter((item) => item.key === key).map(({ text }) => text);
  for (const { text } of items) expect(() => parse(text)).not.toThrow();
  const [source, sink] = of("mqtt").map((text) => parse(text));
  expect(resolveConfig({ sources: { mqtt: source }, sinks: { mqtt: sink } })).toMatchObject({
    sources: { mqtt: [{ name: "city", topic: "bollard/{node}/up" }] },
    sinks: { mqtt: [{ name: "city", url: "mqtts://broker.example" }] },
  });
  expect(parse(of("list")[0] ?? "")).toMatchObject({ "lamp-12": { tags: [] } });
});

/** What stands as comments behind `key: []` and `key: {}`, without the comment's marks. */
function itemsIn(lines: readonly string[]): { key: string; text: string }[] {
  return lines.flatMap((line, index) => {
    const [, indent, key] = /^(\s*)(\w+): (\[\]|\{\})$/.exec(line) ?? [];
    if (indent === undefined || key === undefined) return [];
    const mark = `${indent}#   `;
    const after = lines.slice(index + 1);
    const end = after.findIndex((one) => !one.startsWith(mark));
    const text = after.slice(0, end).map((one) => one.slice(mark.length));
    return text.length === 0 ? [] : [{ key, text: text.join("\n") }];
  });
}

test("no line is wider than a terminal", () => {
  expect(example.split("\n").filter((line) => line.length > 112)).toEqual([]);
});
