// One run of the fleet with readings in one form for `bench:fleet`; its figures as JSON on stdout.
import { fileURLToPath } from "node:url";
import { runScenario } from "@bollard/fleet";
import { readSchemaFile } from "@bollard/schema/file";

const { port, form, perSecond, clients, seconds } = JSON.parse(process.argv[2]);
const path = "../../../examples/street-air/street-air.schema.yaml";
const schema = readSchemaFile(fileURLToPath(new URL(path, import.meta.url)));
const street = { name: "air", nodes: clients, everyS: clients / perSecond, qos: 0 };
// As long as our own form of this schema, with the key and the time that a node's payload has.
const payload = form === "fixed" ? { bytes: 24 } : { form };
const { result } = await runScenario(
  {
    scenario: {
      name: "bench",
      streets: [{ ...street, payload, ...(form !== "fixed" && { schema: "air" }) }],
      phases: [{ kind: "hold", durationS: seconds }],
    },
    schemas: new Map([["air", schema]]),
    texts: new Map(),
    credentials: undefined,
  },
  { version: "bench", port },
);
process.stdout.write(
  JSON.stringify({
    perSecond: result.sentPerSecond,
    cpuSPerMillion: (result.usage.cpuS / result.sent) * 1e6,
    rssMb: result.usage.rssBytes / 1e6,
    latenessP99Ms: result.lateness?.p99Ms,
  }),
);
