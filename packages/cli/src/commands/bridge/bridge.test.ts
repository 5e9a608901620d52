import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../testing/run.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-cli-bridge-"));
  file = join(folder, "bridge.yaml");
});
afterEach(() => rmSync(folder, { recursive: true }));

const schema = `name: people-counter
id: 4
fields:
  - { name: count, kind: counter, bits: 16, concernsPersons: true }
`;

/** The first call loads the whole bridge. */
const patient = { timeout: 30_000 };

describe("bollard bridge check", patient, () => {
  test("says that a configuration is good, and what will do harm later", async () => {
    writeFileSync(join(folder, "people.schema.yaml"), schema);
    writeFileSync(
      file,
      "schemas: [people.schema.yaml]\nnodes: { list: { a: { name: 10.0.0.7 } } }\n",
    );
    const outcome = await run(["bridge", "check", file], { env: { BOLLARD_HTP_PORT: "1" } });
    expect(outcome).toEqual({
      code: 0,
      out: `${file}: good\n`,
      err: [
        "BOLLARD_HTP_PORT stands for no key of the configuration",
        "The field count of people-counter concerns persons and has no rule, so it goes nowhere: give it one at privacy.people-counter.fields.count",
        'The name "10.0.0.7" of the node a holds an IP address: give one that stays, such as oak-street-12',
      ]
        .map((warning) => `${file}: warning: ${warning}\n`)
        .join(""),
    });
  });

  test("tells a mistake with its line by the exit code 2, also in a file that it names", async () => {
    writeFileSync(file, "spool:\n  maxBites: 5\n");
    const { code, err } = await run(["bridge", "check", file]);
    expect(code).toBe(2);
    expect(err).toContain(
      `${file}:2:3 spool.maxBites: maxBites is not a key here; did you mean maxBytes?`,
    );
    writeFileSync(file, "nodes: { file: nodes.csv }\n");
    writeFileSync(join(folder, "nodes.csv"), "id,name\nlamp-12,no spaces here\n");
    const registry = await run(["bridge", "check", file]);
    expect(registry.code).toBe(2);
    expect(registry.err).toContain(`${join(folder, "nodes.csv")}:2 lamp-12.name:`);
    writeFileSync(file, "privacy: { people-counter: {} }\n");
    const privacy = await run(["bridge", "check", file]);
    expect([privacy.code, privacy.err]).toEqual([
      2,
      expect.stringContaining("There is no schema of this name; none is configured"),
    ]);
  });

  test("checks the example as good", async () => {
    const { out } = await run(["bridge", "example"]);
    writeFileSync(file, out);
    expect(await run(["bridge", "check", file])).toEqual({
      code: 0,
      out: `${file}: good\n`,
      err: "",
    });
  });
});

describe("bollard bridge install", patient, () => {
  const paths = [
    "etc/systemd/system/bollard-bridge.service",
    "etc/sysusers.d/bollard.conf",
    "etc/udev/rules.d/70-bollard-serial.rules",
    "etc/bollard/bridge.yaml",
  ];

  test("writes unit, user, udev rule and a configuration below another root, which it keeps", async () => {
    const { code, out } = await run(["bridge", "install", "--root", folder, "--command", "/opt/b"]);
    expect(code).toBe(0);
    expect(out).toBe(paths.map((path) => `wrote ${join(folder, path)}\n`).join(""));
    const unit = readFileSync(join(folder, paths[0] ?? ""), "utf8");
    expect(unit).toContain("ExecStart=/opt/b bridge run /etc/bollard/bridge.yaml\n");
    expect(unit).toMatch(/^Type=notify$/m);
    expect(statSync(join(folder, paths[0] ?? "")).mode & 0o777).toBe(0o644);
    const config = join(folder, "etc/bollard/bridge.yaml");
    writeFileSync(config, "# mine\n");
    const again = await run(["bridge", "install", "--root", folder]);
    expect(again.out).toContain(`kept ${config}\n`);
    expect(readFileSync(config, "utf8")).toBe("# mine\n");
  });

  test("prints what it would write", async () => {
    const { code, out } = await run(["bridge", "install", "--dry-run", "--vendor"]);
    expect(code).toBe(0);
    expect(out).toContain("# /usr/lib/systemd/system/bollard-bridge.service\n[Unit]\n");
    expect(out).toContain('SUBSYSTEM=="tty"');
  });

  test("says what it may not write", async () => {
    writeFileSync(join(folder, "etc"), "");
    const { code, err } = await run(["bridge", "install", "--root", folder]);
    expect(code).toBe(1);
    expect(err).toMatch(/^bollard: .*bollard-bridge\.service cannot be written: .*--dry-run\n$/);
  });
});

describe("bollard bridge erase and retry", patient, () => {
  let server: Server;
  let asked: string[];
  let answer: { status: number; body: object };
  beforeEach(async () => {
    asked = [];
    answer = { status: 200, body: { node: "street/7", messages: 1 } };
    server = createServer(({ method, url, headers }, response) => {
      asked.push(`${method} ${url} ${headers.authorization}`);
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as AddressInfo;
    writeFileSync(join(folder, "token"), "0123456789abcdef0123\n");
    writeFileSync(file, `http: { port: ${port}, tokenFile: token }\n`);
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test("asks the bridge that runs, with its token", async () => {
    expect(await run(["bridge", "erase", "street/7", "--config", file])).toEqual({
      code: 0,
      out: "street/7: 1 message erased\n",
      err: "",
    });
    expect(asked).toEqual(["POST /api/v1/registry/street%2F7/erase Bearer 0123456789abcdef0123"]);
  });

  test("retries what a sink's broker refused", async () => {
    answer = { status: 202, body: { sink: "city", entities: 12 } };
    expect(await run(["bridge", "retry", "city", "--config", file])).toEqual({
      code: 0,
      out: "city: 12 entities are sent once more\n",
      err: "",
    });
    expect(asked).toEqual(["POST /api/v1/sinks/city/retry Bearer 0123456789abcdef0123"]);
    answer = { status: 409, body: { title: "It is under way already" } };
    const { code, err } = await run(["bridge", "retry", "city", "--config", file]);
    expect([code, err]).toEqual([1, expect.stringContaining("It is under way already")]);
  });

  test("says why it was not done", async () => {
    answer = { status: 503, body: { title: "The disk refuses" } };
    const { code, err } = await run(["bridge", "erase", "a", "--config", file]);
    expect([code, err]).toEqual([1, expect.stringContaining("did not erase a: The disk refuses")]);
    const nobody = await run([
      "bridge",
      "erase",
      "a",
      "--config",
      file,
      "--url",
      "http://127.0.0.1:9",
    ]);
    expect([nobody.code, nobody.err]).toEqual([
      1,
      "bollard: No bridge answers at http://127.0.0.1:9: start it first, or name its page with --url\n",
    ]);
  });
});
