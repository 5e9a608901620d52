import type { AddressInfo } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { runPublishLoad } from "@bollard/fleet";
import { Aedes } from "aedes";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Certificate, makeCertificate } from "./certificate.js";
import { needCommand } from "./need.js";

needCommand("openssl", "apt install openssl")("a fleet over TLS", () => {
  let broker: Aedes;
  let server: Server;
  let own: Certificate;
  let nodes: readonly Certificate[];
  const sockets = new Set<TLSSocket>();
  const seen: { readonly fingerprint: string; readonly isResumed: boolean }[] = [];

  beforeEach(async () => {
    own = await makeCertificate();
    nodes = [await makeCertificate(), await makeCertificate()];
    broker = await Aedes.createBroker();
    const options = { ...own, requestCert: true, ca: nodes.map(({ cert }) => cert) };
    server = createServer({ ...options, rejectUnauthorized: true }, (socket) => {
      const { fingerprint256 } = socket.getPeerCertificate();
      seen.push({ fingerprint: fingerprint256, isResumed: socket.isSessionReused() });
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket)).on("error", () => {});
      broker.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    await new Promise((resolve) => server.close(resolve));
    seen.length = 0;
  });

  const target = () => ({
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    tls: { ca: own.cert },
    credentials: nodes.map((certificate) => ({ certificate })),
  });

  test("gives each client the certificate that is its own", async () => {
    const result = await runPublishLoad({
      target: target(),
      ...{ clients: 6, intervalMs: 100, durationMs: 500, qos: 1 },
    });
    expect(result.connect).toMatchObject({ connected: 6, failed: 0 });
    expect(result.acknowledged).toBe(result.sent);
    const counts = new Map<string, number>();
    for (const { fingerprint } of seen) counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + 1);
    expect([...counts.values()]).toEqual([3, 3]);
  });

  test("goes on with its TLS session when it comes back, which saves most of the handshake", async () => {
    setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, 800);
    const result = await runPublishLoad({
      target: { ...target(), reconnect: { minDelayMs: 50 } },
      ...{ clients: 6, intervalMs: 100, durationMs: 2500, qos: 1 },
    });
    expect(result.connect.lost).toBe(6);
    expect(seen.filter(({ isResumed }) => !isResumed)).toHaveLength(6);
    expect(seen.filter(({ isResumed }) => isResumed)).toHaveLength(6);
  });

  test("is refused without a certificate, and says so", async () => {
    const { credentials: _, ...anonymous } = target();
    const load = runPublishLoad({
      target: anonymous,
      ...{ clients: 2, intervalMs: 100, durationMs: 300, qos: 1 },
    });
    await expect(load).rejects.toMatchObject({ code: "FLEET_NO_CONNECTION" });
  });
});
