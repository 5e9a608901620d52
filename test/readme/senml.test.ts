import { describe, expect, test } from "vitest";
import { readSnippets } from "./read-snippets.js";
import { runSnippet } from "./run-snippet.js";

const [first = "", ...more] = readSnippets("packages/senml/README.md");

describe("the README of SenML", () => {
  test("its first lines say what the comments behind them do", async () => {
    const { constants, expressions } = await runSnippet(first);
    expect(constants.records).toEqual([
      { name: "street-1:pm25", unit: "ug/m3", value: 1.3, time: 1538352143 },
      { name: "street-1:humidity", unit: "%RH", value: 74.7, time: 1538352143 },
    ]);
    expect(JSON.parse(String(expressions["formatSenmlJson(records)"]))[0]).toMatchObject({
      bver: 26,
      bt: 1538352143,
    });
    const claims = [...first.matchAll(/^(\w.*?); \/\/ ("[^"]*"|[\d.]+)$/gm)];
    expect(claims.map(([, code = ""]) => expressions[code])).toEqual(
      claims.map(([, , value = ""]) => JSON.parse(value)),
    );
    expect(claims).toHaveLength(3);
  });

  test("shows nothing else", () => {
    expect(more).toEqual([]);
  });
});
