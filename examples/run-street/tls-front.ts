import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { generate } from "selfsigned";

/** A certificate for localhost that signs itself, and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Good for a day. */
export async function makeCertificate(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    notAfterDate: new Date(Date.now() + 86_400_000),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  return { cert, key };
}

/** What a city's reverse proxy does: TLS 1.2 and 1.3 towards the world, plain TCP to what is behind. */
export class TlsFront {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param behind - port on loopback */
  static async open(behind: number, certificate: Certificate): Promise<TlsFront> {
    const server = createServer({ ...certificate, minVersion: "TLSv1.2" }, (outside) => {
      const inside = connect(behind, "127.0.0.1");
      outside.pipe(inside).pipe(outside);
      outside.on("error", () => inside.destroy()).on("close", () => inside.destroy());
      inside.on("error", () => outside.destroy()).on("close", () => outside.destroy());
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TlsFront(server);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
