// `npm run api`: checks each package's public API against its committed `*.api.md`.
//   npm run api -- --update   writes the reports anew
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { root, run } from "./bootstrap.mjs";

const update = process.argv.includes("--update");

/** Writes every package's declarations into its `dist`, beside the built code. */
export async function emitDeclarations() {
  // What is left of an earlier state would be taken for this one's.
  rmSync(join(root, ".types"), { recursive: true, force: true });
  const { code, output } = await run(
    join(root, "node_modules/.bin/tsc"),
    ["-p", "tsconfig.build.json", "--incremental", "false"],
    { quiet: true },
  );
  if (code !== 0) throw new Error(`the declarations could not be made:\n${output}`);
  for (const folder of packageFolders()) {
    const from = join(root, ".types", folder, "src");
    if (existsSync(from)) cpSync(from, join(root, folder, "dist"), { recursive: true });
  }
}

export function packageFolders() {
  return [
    ...readdirSync(join(root, "packages")).map((name) => `packages/${name}`),
    "firmware-sim",
  ].filter((folder) => existsSync(join(root, folder, "src/index.ts")));
}

function reportOf(folder, door, declarations) {
  const name = folder.split("/").at(-1);
  const reportFileName = door === "." ? name : `${name}-${door.slice(2)}`;
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(root, folder, "api-extractor.json"),
    packageJsonFullPath: join(root, folder, "package.json"),
    configObject: {
      projectFolder: join(root, folder),
      mainEntryPointFilePath: join(root, folder, declarations),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "ES2022",
            lib: ["ES2023"],
            module: "NodeNext",
            moduleResolution: "NodeNext",
            types: ["node"],
            strict: true,
            skipLibCheck: true,
          },
          include: [join(root, folder, "dist/**/*.d.ts")],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName,
        reportFolder: join(root, folder),
        reportTempFolder: join(root, ".cache/api", name),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: "none" },
          "ae-forgotten-export": { logLevel: "none" },
        },
        compilerMessageReporting: { default: { logLevel: "none" } },
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
    },
  });
  mkdirSync(join(root, ".cache/api", name), { recursive: true });
  const result = Extractor.invoke(config, {
    localBuild: update,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  return { file: join(folder, `${reportFileName}.api.md`), changed: result.apiReportChanged };
}

async function main() {
  await emitDeclarations();
  let changed = 0;
  for (const folder of packageFolders()) {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    for (const [door, targets] of Object.entries(manifest.exports)) {
      // A door without types is one for this workspace's tests, and is not published.
      if (targets.types === undefined) continue;
      const report = reportOf(folder, door, targets.types);
      if (!report.changed) continue;
      changed++;
      process.stdout.write(
        `${update ? "written" : "changed"}: ${relative(root, join(root, report.file))}\n`,
      );
    }
  }
  if (changed > 0 && !update) {
    process.stdout.write(
      "The public API differs from its report: npm run api -- --update, then review the diff.\n",
    );
    process.exit(1);
  }
}

if (process.argv[1]?.endsWith("api-reports.mjs")) await main();
