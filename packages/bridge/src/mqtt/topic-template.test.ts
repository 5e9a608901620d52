import { expect, test } from "vitest";
import { formatTopic, TopicTemplate } from "./topic-template.js";

test("subscribes to any text where a name stands, and says what stood there", () => {
  const template = new TopicTemplate("street/{node}/v1.0/{schema}");
  expect(template.filter).toBe("street/+/v1.0/+");
  expect(template.names).toEqual(["node", "schema"]);
  expect(template.match("street/lamp-12/v1.0/street-air")).toEqual({
    node: "lamp-12",
    schema: "street-air",
  });
  expect(template.match("street/lamp-12/v1x0/street-air")).toBeUndefined();
  expect(template.match("street/lamp-12/v1.0/street-air/more")).toBeUndefined();
});

test("takes a name that is a part of a level, one level of no interest, and all the rest", () => {
  const template = new TopicTemplate("+/lamp-{node}/#");
  expect(template.filter).toBe("+/+/#");
  expect(template.match("oslo/lamp-7/a/b")).toEqual({ node: "7" });
  expect(template.match("oslo/lamp-7")).toEqual({ node: "7" });
  expect(template.match("oslo/pole-7/a")).toBeUndefined();
});

test("a plain topic matches itself alone", () => {
  const template = new TopicTemplate("street/up");
  expect(template.match("street/up")).toEqual({});
  expect(template.match("street/down")).toBeUndefined();
});

test("fills names in and leaves alone what it does not know", () => {
  expect(formatTopic("{prefix}/{node}/{other}", { prefix: "city", node: "a" })).toBe(
    "city/a/{other}",
  );
});
