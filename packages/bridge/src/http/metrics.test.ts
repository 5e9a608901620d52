import { expect, test } from "vitest";
import { httpOptions } from "../testing/http-options.js";
import { ManualClock } from "../testing/manual-clock.js";
import { bridgeMetrics } from "./metrics.js";

const document = new URL("../../../../docs/bridge-metrics.md", import.meta.url);
const opening = `# Figures for Prometheus

\`GET /metrics\` of the bridge. A counter begins anew with each start. This page is made from what the
bridge tells: renew it with \`npx vitest run --project unit metrics -u\`.
`;

const metrics = () => bridgeMetrics(httpOptions(new ManualClock()));

test("docs/bridge-metrics.md has every figure", async () => {
  const text = await metrics().text();
  const kinds = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => [name, kind]),
  );
  const rows = [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(
    ([, name, help]) => `| \`${name}\` | ${kinds.get(name)} | ${help} |`,
  );
  expect(rows.length).toBeGreaterThan(30);
  const table = ["| figure | | |", "| --- | --- | --- |", ...rows].join("\n");
  await expect(`${opening}\n${table}\n`).toMatchFileSnapshot(document.pathname);
});

test("what came in and was not kept as it came is counted by why", async () => {
  const lines = (await metrics().text()).split("\n");
  expect(lines).toContain("bollard_duplicates_total 4");
  expect(lines).toContain("bollard_conflicts_total 1");
  expect(lines).toContain("bollard_withheld_total 2");
  expect(lines).toContain("bollard_undecodable_total 5");
});
