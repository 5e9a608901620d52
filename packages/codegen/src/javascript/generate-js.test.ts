import { compileSchema as compile } from "@bollard/payload";
import { BatchEncoder, compileSchema, type PreparedSchema } from "@bollard/payload/device";
import { arrivalForTests, readingsArbitrary, schemaArbitrary } from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { generateJs } from "./generate-js.js";

/** What the module of a schema exports. */
function preparedOf(schema: SensorSchema): PreparedSchema {
  const [module] = generateJs([schema]);
  const body = (module?.text ?? "").replace(/export const \S+ =/, "return");
  return new Function(body)();
}

test("a device with a schema laid out sends and reads what the SDK does, whatever the schema", () => {
  fc.assert(
    fc.property(
      schemaArbitrary.chain((schema) =>
        fc.tuple(fc.constant(schema), readingsArbitrary(schema, 8)),
      ),
      ([schema, readings]) => {
        const [ours, device] = [compile(schema), compileSchema(preparedOf(schema))];
        for (const reading of readings) {
          const bytes = ours.encode(reading);
          expect(device.encode(reading)).toEqual(bytes);
          expect(device.decode(bytes, { arrival: arrivalForTests })).toEqual(
            ours.decode(bytes, { arrival: arrivalForTests }),
          );
        }
        const batch = new BatchEncoder(preparedOf(schema));
        batch.open(new Uint8Array(4096));
        for (const reading of readings) batch.append(reading);
        const { rowCount } = batch;
        expect(ours.decode(batch.close(), { arrival: arrivalForTests }).readings).toHaveLength(
          rowCount,
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("two schemas of one name are refused", () => {
  const [schema] = fc.sample(schemaArbitrary, 1);
  if (!schema) throw new Error("none");
  expect(() => generateJs([schema, schema])).toThrow("CODEGEN_SAME_NAME");
});
