import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("deploy/docker/Dockerfile", root), "utf8");
const packaging = readFileSync(new URL("tools/package-deb.mjs", root), "utf8");
const unit = readFileSync(new URL("packages/cli/src/install/service-files.ts", root), "utf8");

/** Instructions that a Dockerfile may have, and we use. */
const KNOWN = /^(FROM|COPY|RUN|USER|ENV|VOLUME|EXPOSE|HEALTHCHECK|STOPSIGNAL|ENTRYPOINT|CMD)(?= )/;

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function instructionsOf(dockerfile: string): Instruction[] {
  return dockerfile
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = ""] = KNOWN.exec(line) ?? [];
      return { name, rest: line.slice(name.length).trim() };
    });
}

const instructions = instructionsOf(text);
const all = (name: string) =>
  instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const one = (name: string) => {
  const [rest, ...others] = all(name);
  expect(others).toEqual([]);
  return rest ?? "";
};

describe("the Dockerfile", () => {
  test("has only instructions that there are", () => {
    expect(instructions.filter(({ name }) => name === "")).toEqual([]);
  });

  test("starts from a release that is named", () => {
    expect(one("FROM")).toMatch(/^debian:[a-z]+-slim$/);
  });

  test("copies what package:deb makes, and keeps nothing it does not need", () => {
    expect(one("COPY")).toBe("bollard_*.deb /tmp/");
    expect(packaging).toMatch(/`bollard_\$\{version\}_\$\{architecture\}\.deb`/);
    expect(one("RUN")).toMatch(/--no-install-recommends/);
    expect(one("RUN")).toContain("rm -rf /tmp/bollard_*.deb /var/lib/apt/lists/*");
  });

  test("runs as the service's own user, in the service's own folder", () => {
    expect(unit).toContain(`User=${one("USER")}\n`);
    expect(unit).toContain(`Environment=${one("ENV")}\n`);
    expect(one("ENV")).toContain(`BOLLARD_DATA_DIR=${one("VOLUME")}`);
    const user = instructions.findIndex(({ name }) => name === "USER");
    expect(instructions.findIndex(({ name }) => name === "ENTRYPOINT")).toBeGreaterThan(user);
    expect(instructions.findLastIndex(({ name }) => name === "RUN")).toBeLessThan(user);
  });

  test("starts what the package brings, without a shell between it and its signals", () => {
    const [program, ...words] = JSON.parse(one("ENTRYPOINT")) as string[];
    expect(packaging).toContain(`"${program?.slice(1)}"`);
    expect([...words, ...JSON.parse(one("CMD"))]).toEqual([
      ...["bridge", "run", "/etc/bollard/bridge.yaml"],
    ]);
  });

  test("asks for its health where the bridge tells it", () => {
    const [, command = ""] = /CMD (\[.*\])$/.exec(one("HEALTHCHECK")) ?? [];
    const [node, , script] = JSON.parse(command) as string[];
    expect(node).toBe("node");
    expect(script).toContain(`http://127.0.0.1:${one("EXPOSE")}/health`);
    expect(() => new Function(script ?? "")).not.toThrow();
  });
});
