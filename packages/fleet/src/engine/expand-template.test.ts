import { expect, test } from "vitest";
import { expandTemplate, filterOf } from "./expand-template.js";

test("fills in the client's number, id and user", () => {
  const values = { index: 7, clientId: "fleet-7", username: "u" };
  expect(expandTemplate("city/%i/%c/%u/100%%", values)).toBe("city/7/fleet-7/u/100%");
  expect(expandTemplate("%x %u", { index: 1 })).toBe("%x %u");
});

test("makes the filter that takes in all of them", () => {
  expect(filterOf("city/%i/up")).toBe("city/+/up");
  expect(filterOf("city/node-%i/100%%")).toBe("city/+/100%");
});
