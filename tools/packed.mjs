// Checks the packages as a user gets them: packed by pnpm, linted by publint and attw, then
// installed together into an empty project that imports every door.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitDeclarations, packageFolders } from "./api-reports.mjs";
import { bootstrap, pnpm, root, run } from "./bootstrap.mjs";

await bootstrap();
await emitDeclarations();
const folder = mkdtempSync(join(tmpdir(), "bollard-packed-"));
let failed = false;
const fail = (text) => {
  failed = true;
  process.stdout.write(`${text}\n`);
};

try {
  const filters = packageFolders().flatMap((path) => ["--filter", `./${path}`]);
  const packing = await pnpm(["-r", ...filters, "pack", "--pack-destination", folder], {
    quiet: true,
  });
  if (packing.code !== 0) fail(packing.output);
  const archives = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  if (archives.length === 0) fail("nothing was packed");
  for (const archive of archives) {
    const publint = await run(
      join(root, "node_modules/.bin/publint"),
      ["--strict", join(folder, archive)],
      { quiet: true },
    );
    if (publint.code !== 0) fail(`publint, ${archive}:\n${publint.output}`);
    const attw = await run(
      join(root, "node_modules/.bin/attw"),
      [
        "--profile",
        "esm-only",
        "--quiet",
        "--exclude-entrypoints",
        "sensor-schema.schema.json",
        "--",
        join(folder, archive),
      ],
      { quiet: true },
    );
    if (attw.code !== 0) fail(`attw, ${archive}:\n${attw.output}`);
  }
  await consume(archives);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** A project of its own that knows the packages only by their archives. */
async function consume(archives) {
  const names = new Map();
  const doors = [];
  for (const path of packageFolders()) {
    const manifest = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
    const archive = archives.find((name) =>
      name.startsWith(manifest.name.slice(1).replace("/", "-")),
    );
    if (!archive) {
      fail(`${manifest.name} was not packed`);
      continue;
    }
    names.set(manifest.name, `file:${join(folder, archive)}`);
    for (const [door, targets] of Object.entries(manifest.exports)) {
      if (targets.types !== undefined) doors.push(join(manifest.name, door));
    }
  }
  const packages = Object.fromEntries(names);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      name: "consumer",
      private: true,
      type: "module",
      dependencies: packages,
      pnpm: { overrides: packages },
    }),
  );
  writeFileSync(join(folder, "pnpm-workspace.yaml"), "packages: []\nstrictDepBuilds: false\n");
  const install = await pnpm(
    ["install", "--dir", folder, "--ignore-workspace", "--prefer-offline"],
    {
      quiet: true,
      cwd: folder,
    },
  );
  if (install.code !== 0) return fail(`the packages do not install:\n${install.output}`);
  writeFileSync(
    join(folder, "main.mjs"),
    doors
      .map(
        (door, index) =>
          `import * as door${index} from ${JSON.stringify(door)};\nif (Object.keys(door${index}).length === 0) throw new Error(${JSON.stringify(`${door} exports nothing`)});`,
      )
      .join("\n"),
  );
  const imported = await run(process.execPath, [join(folder, "main.mjs")], {
    quiet: true,
    cwd: folder,
  });
  if (imported.code !== 0) fail(`a door does not open:\n${imported.output}`);
}
