// One run of the fleet for `bench:fleet`; its figures as JSON on stdout.
import { runPublishLoad } from "@bollard/fleet";

const { port, clients, intervalMs, qos, seconds } = JSON.parse(process.argv[2]);
const result = await runPublishLoad({
  target: { host: "127.0.0.1", port },
  clients,
  intervalMs,
  qos,
  durationMs: seconds * 1000,
});
process.stdout.write(
  JSON.stringify({
    perSecond: result.sentPerSecond,
    cpuSPerMillion: (result.usage.cpuS / result.sent) * 1e6,
    rssMb: result.usage.rssBytes / 1e6,
    latenessP99Ms: result.lateness?.p99Ms,
    connectsPerSecond: result.connect.perSecond,
  }),
);
