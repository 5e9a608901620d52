import { expect, test } from "vitest";
import { isNgsiLdError, NgsiLdError } from "./error.js";

test("an NgsiLdError is known by its name and tells code, place and cause", () => {
  const cause = new Error("inner");
  const error = new NgsiLdError("NGSI_LD_BAD_ID", "42", "no", { cause });
  expect(isNgsiLdError(error)).toBe(true);
  expect(isNgsiLdError(cause)).toBe(false);
  expect(error).toMatchObject({
    message: "no (NGSI_LD_BAD_ID at 42)",
    code: "NGSI_LD_BAD_ID",
    place: "42",
    cause,
  });
});
