// One run of connecting for `bench:fleet`; its figures as JSON on stdout.
import { runConnectLoad } from "@bollard/fleet";

const { port, clients, addresses = 1 } = JSON.parse(process.argv[2]);
const result = await runConnectLoad({
  target: {
    ...{ host: "127.0.0.1", port },
    ...(addresses > 1 && {
      sourceAddresses: Array.from({ length: addresses }, (_, one) => `127.0.0.${one + 1}`),
    }),
  },
  clients,
  durationMs: 1000,
});
const { connected, perSecond } = result.connect;
process.stdout.write(
  JSON.stringify({
    connected,
    connectsPerSecond: perSecond,
    kilobytesPerConnection: result.bytesPerConnection / 1024,
    rssMb: result.usage.rssBytes / 1e6,
  }),
);
