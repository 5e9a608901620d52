import { connect, type TLSSocket } from "node:tls";
import type { DeploymentOptions } from "../deployment/deployment.js";
import { type Check, met, notChecked, notMet, some } from "./check.js";

const CONNECT_MS = 10_000;
const PORTS: Readonly<Record<string, number>> = { "https:": 443, "mqtts:": 8883 };

/** MIM6 R2.1: TLS 1.3, old versions refused, the certificate one that can be trusted. */
export const encrypted: Check = {
  id: "encrypted",
  title: "TLS 1.3 is spoken, 1.1 is refused, the certificate is for this name and to be trusted",
  async run(deployment) {
    const { options } = deployment;
    const ends = [deployment.api, ...(options.broker === undefined ? [] : [options.broker])];
    const asked = `TLS to ${ends.map((end) => new URL(end).host).join(" and ")}`;
    const wrong: string[] = [];
    for (const end of ends) {
      const { protocol, hostname, port } = new URL(end);
      if (!(protocol in PORTS)) {
        wrong.push(`${end} is not encrypted`);
        continue;
      }
      const place = { host: hostname, port: Number(port) || (PORTS[protocol] ?? 0) };
      const now = await handshake(place, options, "TLSv1.2", "TLSv1.3");
      if (now.failure !== undefined) wrong.push(`${end}: ${now.failure}`);
      else if (now.protocol !== "TLSv1.3") wrong.push(`${end} speaks ${now.protocol}`);
      const old = await handshake(place, options, "TLSv1", "TLSv1.1");
      if (old.failure === undefined) wrong.push(`${end} takes ${old.protocol}`);
    }
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, "TLSv1.3, trusted; older than 1.2 is refused");
  },
};

interface Handshake {
  readonly protocol?: string;
  readonly failure?: string;
}

function handshake(
  place: { readonly host: string; readonly port: number },
  { ca }: DeploymentOptions,
  minVersion: "TLSv1" | "TLSv1.2",
  maxVersion: "TLSv1.1" | "TLSv1.3",
): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      ...place,
      ...(!/^[\d.:[\]]+$/.test(place.host) && { servername: place.host }),
      ...(ca !== undefined && { ca }),
      minVersion,
      maxVersion,
      // What is old is off in OpenSSL 3 by default; we want to know what the server would do.
      ...(minVersion === "TLSv1" && { ciphers: "DEFAULT@SECLEVEL=0" }),
      timeout: CONNECT_MS,
    });
    const end = (outcome: Handshake) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once("secureConnect", () => end({ protocol: socket.getProtocol() ?? "unknown" }));
    socket.once("timeout", () => end({ failure: "no answer" }));
    socket.once("error", (error) => end({ failure: error.message }));
  });
}

/** MIM6 R3.1: no reading without a login, where one is asked for. */
export const login: Check = {
  id: "login",
  title: "Without a token the API refuses and says by which scheme; with it, it answers",
  async run(deployment) {
    const url = deployment.url(deployment.dialect.types());
    const asked = `GET ${url} without and with the token`;
    if (deployment.options.token === undefined) {
      return notChecked(asked, "no token was given; --token-file takes one");
    }
    const without = await deployment.reader.send(url);
    if (without.status !== 401) return notMet(asked, `without a token: status ${without.status}`);
    const scheme = without.headers.get("www-authenticate");
    if (!scheme) return notMet(asked, "401 without WWW-Authenticate");
    const { status } = await deployment.reader.get(url);
    if (status !== 200) return notMet(asked, `with the token: status ${status}`);
    const seen = `401 with WWW-Authenticate: ${scheme}; 200 with the token`;
    // RFC 9728: where tokens of OAuth 2.0 are asked for, it says who issues them.
    const metadata = await deployment.reader.send(
      new URL("/.well-known/oauth-protected-resource", deployment.api).href,
    );
    if (metadata.status === 200 && metadata.text.includes("authorization_servers")) {
      return met(asked, `${seen}; OAuth 2.0 by its metadata (RFC 9728)`);
    }
    const equivalent = "a bearer token (RFC 6750) that the operator hands out, without OAuth 2.0";
    return { ...met(asked, `${seen}; ${equivalent}`), equivalent };
  },
};

/** MIM6 R1.1: who may read may not change. */
export const roles: Check = {
  id: "roles",
  title: "Who may read may not change anything",
  async run(deployment) {
    if (deployment.dialect.name !== "bollard") {
      return notChecked(
        "a change with a reader's token",
        "only of a Bollard bridge is it known what changes nothing",
      );
    }
    const { token } = deployment.options;
    if (token === undefined) {
      return notChecked(
        "PATCH with a reader's token",
        "no token was given; --token-file takes one",
      );
    }
    // Of a node that there is not: where it is let through, it is a 404.
    const url = new URL("../api/v1/registry/there-is-no-such-node", deployment.api).href;
    const asked = `PATCH ${url} with the reader's token`;
    const { status } = await deployment.reader.send(url, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: "{}",
    });
    const isRefused = status === 401 || status === 403;
    return isRefused
      ? met(asked, `status ${status}`)
      : notMet(asked, `status ${status}: it was let through`);
  },
};

/** MIM6 R1.3; ISO/IEC 27001:2022, A.8.15: who was refused is on record. */
export const audited: Check = {
  id: "audited",
  title: "The log has who was refused, when, and what was asked",
  async run(deployment) {
    const { operatorToken } = deployment.options;
    if (deployment.dialect.name !== "bollard" || operatorToken === undefined) {
      return notChecked("the audit log", "it takes the operator's token, --operator-token-file");
    }
    const probe = `api/v1/registry/refused-on-purpose-${Date.now()}`;
    const url = new URL(`../${probe}`, deployment.api).href;
    const log = new URL("../api/v1/log?limit=1000", deployment.api).href;
    const asked = `DELETE ${url} without a token, then GET ${log}`;
    const { status } = await deployment.reader.send(url, { method: "DELETE" });
    if (status !== 401 && status !== 403) return notMet(asked, `status ${status}: let through`);
    const answer = await deployment.reader.send(log, {
      headers: { authorization: `Bearer ${operatorToken}` },
    });
    if (answer.status !== 200) return notMet(asked, `the log answers ${answer.status}`);
    return answer.text.includes(probe)
      ? met(asked, `refused with ${status}, and on record`)
      : notMet(asked, "the log does not have it");
  },
};
