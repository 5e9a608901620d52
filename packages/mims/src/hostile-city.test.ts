import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isMimsError } from "./error.js";
import { formatCsv } from "./report/format-csv.js";
import { formatHtml } from "./report/format-html.js";
import { checkMims } from "./run-checks.js";
import { airAt } from "./testing/model-city.js";

let server: Server;
let answer: (path: string) => { readonly status: number; readonly body: string } = () => ({
  status: 404,
  body: "",
});
let url = "";
beforeEach(async () => {
  server = createServer((request, response) => {
    const { status, body } = answer((request.url ?? "").split("?")[0] ?? "");
    response.writeHead(status, { "content-type": "application/ld+json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const body = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string() },
  {
    weight: 3,
    arbitrary: fc
      .dictionary(fc.constantFrom("id", "type", "location", "pm25"), fc.jsonValue())
      .map((parts) => JSON.stringify([{ ...airAt("oak", 1), ...parts }])),
  },
);

test("whatever a server answers, there is a table or an error that names the place", async () => {
  const answers = fc.func<[string], { status: number; body: string }>(
    fc.record({ status: fc.constantFrom(200, 200, 200, 200, 500), body }),
  );
  await fc.assert(
    fc.asyncProperty(answers, fc.boolean(), async (noise, hasTypes) => {
      answer = (path) =>
        hasTypes && path.endsWith("/types")
          ? { status: 200, body: JSON.stringify([{ type: "AirQualityObserved" }]) }
          : noise(path);
      try {
        const compliance = await checkMims({ bridge: url }, "9.0", "2026-09-01T00:00:00Z");
        expect(compliance.rows).toHaveLength(28);
        for (const { verdict } of compliance.rows) expect(verdict).toMatch(/^(not )?\w+$/);
        formatCsv(compliance);
        expect(formatHtml(compliance)).not.toContain("<script");
      } catch (error) {
        if (!isMimsError(error)) throw error;
      }
    }),
    { numRuns: 200 },
  );
});
