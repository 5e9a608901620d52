import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What each package may import of ours. A new arrow is a line here. */
export const allowedArrows: Readonly<Record<string, readonly string[]>> = {
  senml: [],
  frame: [],
  spool: [],
  "mqtt-engine": [],
  schema: ["senml"],
  "ngsi-ld": ["senml"],
  link: ["frame"],
  payload: ["schema", "senml"],
  platforms: ["schema", "senml", "ngsi-ld"],
  codegen: ["schema", "payload", "senml", "ngsi-ld", "platforms"],
  sdk: ["schema", "payload", "senml", "link", "spool"],
  "johnny-five": ["sdk", "schema", "senml"],
  mims: ["ngsi-ld", "schema"],
  bridge: ["link", "payload", "schema", "senml", "spool", "ngsi-ld", "platforms", "mqtt-engine"],
  fleet: ["schema", "payload", "senml", "ngsi-ld", "mqtt-engine"],
  cli: [
    "fleet",
    "bridge",
    "codegen",
    "platforms",
    "payload",
    "schema",
    "senml",
    "ngsi-ld",
    "firmware-sim",
    "link",
    "mims",
    "sdk",
    "spool",
  ],
  "firmware-sim": [],
};

/** What each package may import of Node or npm that others may not. */
export const reservedModules: Readonly<Record<string, readonly string[]>> = {
  serialport: ["bridge", "firmware-sim", "johnny-five"],
  mqtt: ["bridge", "fleet", "mims"],
};

/** Packages whose main door runs where there is no Node: a browser, a LoRaWAN server, QuickJS. */
const withoutNode = ["schema", "payload", "frame", "link"];

export interface SourceFile {
  /** The package's short name, such as `payload`. */
  readonly package: string;
  /** Path inside the package's `src`. */
  readonly path: string;
  readonly text: string;
}

/** Every import that the table does not allow, one sentence each. */
export function findWrongArrows(files: readonly SourceFile[]): string[] {
  const wrong: string[] = [];
  for (const file of files) {
    const allowed = allowedArrows[file.package];
    if (!allowed) {
      wrong.push(`${file.package} has no row in the table`);
      continue;
    }
    for (const module of importsOf(file.text)) {
      const ours = /^@bollard\/([^/]+)/.exec(module)?.[1];
      const place = `${file.package}/src/${file.path}`;
      if (ours && ours !== file.package && !allowed.includes(ours)) {
        wrong.push(`${place} imports ${ours}`);
      }
      const owners = reservedModules[module];
      if (owners && !owners.includes(file.package) && !isTypeOnly(file.text, module)) {
        wrong.push(`${place} imports ${module}`);
      }
      const inMainDoor = !file.path.includes("/");
      if (module.startsWith("node:") && withoutNode.includes(file.package) && inMainDoor) {
        wrong.push(`${place} imports ${module}, and its door must open without Node`);
      }
      if (/^(\.\.\/)+(packages|examples|test)\//.test(module))
        wrong.push(`${place} reaches into ${module}`);
    }
  }
  return wrong;
}

function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s*["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function isTypeOnly(text: string, module: string): boolean {
  return (
    text.includes("import type") && !new RegExp(`import (?!type)[^;]*from "${module}"`).test(text)
  );
}

/** The shipped sources of every package, tests left out. */
export function readSources(root: string): SourceFile[] {
  const folders = [
    ...readdirSync(join(root, "packages")).map((name) => ({
      name,
      folder: join(root, "packages", name),
    })),
    { name: "firmware-sim", folder: join(root, "firmware-sim") },
  ];
  return folders.flatMap(({ name, folder }) => {
    const source = join(folder, "src");
    if (!existsSync(source)) return [];
    return readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !/\.(test|test-d|bench)\.ts$/.test(path))
      .map((path) => ({ package: name, path, text: readFileSync(join(source, path), "utf8") }));
  });
}
