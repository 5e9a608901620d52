import { describe, expect, test } from "vitest";
import { readProblem } from "./problem-details.js";
import { readBatchAnswer } from "./read-batch-answer.js";

const problem = {
  type: "https://uri.etsi.org/ngsi-ld/errors/BadRequestData",
  title: "Bad Request Data",
  detail: "no value",
  status: 400,
};
const refusal = { status: 400, type: "BadRequestData", message: "Bad Request Data: no value" };

describe("readBatchAnswer", () => {
  test.each([
    ["the standard's", { success: ["urn:x:2"], errors: [{ entityId: "urn:x:1", error: problem }] }],
    ["id for entityId", { success: ["urn:x:2"], errors: [{ id: "urn:x:1", error: problem }] }],
    [
      "the problem beside the id",
      { success: ["urn:x:2"], errors: [{ id: "urn:x:1", ...problem }] },
    ],
    [
      "objects for the successes",
      { success: [{ id: "urn:x:2" }], errors: [{ entityId: "urn:x:1", error: problem }] },
    ],
  ])("reads %s shape", (_, body) => {
    expect(readBatchAnswer(body)).toEqual({
      refused: new Map([["urn:x:1", refusal]]),
      accepted: new Set(["urn:x:2"]),
    });
  });

  test("reads a bare list of errors: then the rest is done", () => {
    expect(readBatchAnswer([{ id: "urn:x:1", error: problem }])).toEqual({
      refused: new Map([["urn:x:1", refusal]]),
      accepted: undefined,
    });
  });

  test.each([null, "ok", {}, { errors: "none" }])("makes nothing of %j", (body) => {
    expect(readBatchAnswer(body)).toBeUndefined();
  });
});

describe("readProblem", () => {
  test.each([
    [problem, refusal],
    ["<h1>Not here</h1>", { status: 502, type: "", message: "<h1>Not here</h1>" }],
    [{ error: problem }, refusal],
    [{ message: "no" }, { status: 502, type: "", message: "no" }],
    [
      { title: "a", detail: { why: 1 } },
      { status: 502, type: "", message: 'a: {"why":1}' },
    ],
    [undefined, { status: 502, type: "", message: "" }],
    ["x".repeat(600), { status: 502, type: "", message: `${"x".repeat(500)} …` }],
  ])("reads %j", (body, expected) => {
    expect(readProblem(502, body)).toEqual(expected);
  });
});
