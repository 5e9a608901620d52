// `npm run -s package:deb`: makes `.cache/deb/bollard_<version>_<arch>.deb` for this machine's kind of
// processor: the command line in one bundle, the serial port's prebuilt binary, unit, user, udev rule.
// Prints the path. Needs dpkg-deb.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bootstrap, root, run } from "./bootstrap.mjs";

const ARCHITECTURES = { x64: "amd64", arm64: "arm64", arm: "armhf" };
/** Whole packages, since they look for their own files. */
const UNBUNDLED = ["serialport"];
/** What packages read of their own, and where it is looked for beside the bundle. */
const OWN_FILES = [
  ["codegen/runtime", "runtime"],
  ["ngsi-ld/standards", "standards"],
  ["payload/c", "c"],
  ["link/c", "link-c"],
  ["mims/shapes", "shapes"],
  ["mims/texts", "texts"],
];
const cli = join(root, "packages/cli");

/** Makes the package in a folder and returns its path. */
export async function packageDeb(folder) {
  const architecture = ARCHITECTURES[process.arch];
  if (!architecture) throw new Error(`no Debian package for ${process.arch}`);
  const { version } = JSON.parse(readFileSync(join(cli, "package.json"), "utf8"));
  const staging = join(folder, "root");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(staging, "usr/bin"), { recursive: true });
  const library = join(staging, "usr/lib/bollard");
  const bundled = await bundle(join(library, "lib"));
  cpSync(join(root, "packages/bridge/dist/page"), join(library, "lib/page"), { recursive: true });
  for (const [from, to] of OWN_FILES) {
    cpSync(join(root, "packages", from), join(library, to), { recursive: true });
  }
  writeFileSync(join(library, "package.json"), '{ "type": "module" }\n');
  const whole = new Map();
  for (const name of UNBUNDLED) copyWhole(name, join(root, "packages/bridge"), library, whole);
  const start = '#!/bin/sh\nexec /usr/bin/node /usr/lib/bollard/lib/main.js "$@"\n';
  writeFileSync(join(staging, "usr/bin/bollard"), start);
  chmodSync(join(staging, "usr/bin/bollard"), 0o755);
  await must(process.execPath, [
    ...[join(cli, "dist/main.js"), "bridge", "install", "--vendor", "--root", staging],
    ...["--command", "/usr/bin/bollard"],
  ]);
  writeDoc(join(staging, "usr/share/doc/bollard"), [...bundled, ...whole.values()]);
  writeControl(staging, { version, architecture });
  const file = join(folder, `bollard_${version}_${architecture}.deb`);
  await must("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", staging, file]);
  return file;
}

/** The command line and all it needs in a few files; returns the folders of the packages in it. */
async function bundle(outdir) {
  // tsup brings esbuild along; nothing else of ours needs it by name.
  const tsup = createRequire(join(root, "package.json")).resolve("tsup");
  const esbuild = createRequire(tsup)("esbuild");
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [join(cli, "src/main.ts")],
    outdir,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@bollard/source"],
    external: [...UNBUNDLED, "@serialport/*"],
    // What came as CommonJS may ask for more while it runs.
    banner: {
      js: 'import { createRequire as createRequireHere } from "node:module";\nconst require = createRequireHere(import.meta.url);',
    },
    metafile: true,
    logLevel: "warning",
  });
  const folders = Object.keys(metafile.inputs).flatMap((path) => {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return folder ? [join(root, folder)] : [];
  });
  return new Set(folders);
}

/** Copies a package and what it depends on; of prebuilt binaries, only this machine's kind. */
function copyWhole(name, from, library, done) {
  const folder = packageFolder(name, from);
  if (done.has(name)) return;
  done.set(name, folder);
  const target = join(library, "node_modules", name);
  cpSync(folder, target, {
    recursive: true,
    dereference: true,
    filter: (path) => {
      const inner = path.slice(folder.length);
      const isNeedless = /\/(node_modules|tests?)(\/|$)|\.(ts|map|md|gyp|target|cpp|h)$/.test(
        inner,
      );
      if (isNeedless) return false;
      const [, kind] = /\/prebuilds\/([^/]+)/.exec(inner) ?? [];
      return kind === undefined || kind === `${process.platform}-${process.arch}`;
    },
  });
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const other of Object.keys(dependencies)) copyWhole(other, folder, library, done);
}

/** Where a package is that another depends on, as Node finds it. */
function packageFolder(name, from) {
  for (let folder = realpathSync(from); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (existsSync(join(found, "package.json"))) return realpathSync(found);
  }
  throw new Error(`${name} is not installed for ${from}`);
}

/** The licences of all that is inside, as each asks for. */
function writeDoc(folder, packages) {
  mkdirSync(folder, { recursive: true });
  const texts = [...new Set(packages)].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(path, file), "utf8").trim() : `License: ${license}`;
    return `${name} ${version} (${license})\n\n${text}`;
  });
  const own = readFileSync(join(root, "LICENSE"), "utf8").trim();
  const all = [`Bollard (Apache-2.0)\n\n${own}`, ...texts];
  writeFileSync(join(folder, "copyright"), `${all.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
}

function writeControl(staging, { version, architecture }) {
  const folder = join(staging, "DEBIAN");
  mkdirSync(folder);
  const control = [
    "Package: bollard",
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    "Maintainer: The Bollard authors <authors@bollard.dev>",
    "Section: net",
    "Priority: optional",
    "Homepage: https://bollard.dev",
    "Depends: nodejs (>= 20.19), systemd | systemd-standalone-sysusers",
    "Recommends: udev",
    "Description: street sensors to city platforms, nothing lost",
    " The bollard command, and the bridge as a systemd service: it takes readings from",
    " serial ports and MQTT, keeps them on disk, and delivers them to any city platform.",
  ];
  writeFileSync(join(folder, "control"), `${control.join("\n")}\n`);
  writeFileSync(join(folder, "conffiles"), "/etc/bollard/bridge.yaml\n");
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
}

/** Where systemd runs. A bridge is started by its owner, once its configuration is theirs. */
const scripts = {
  postinst: `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemd-sysusers bollard.conf
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    udevadm control --reload || true
    systemctl try-restart bollard-bridge.service
  fi
fi
`,
  prerm: `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now bollard-bridge.service || true
fi
`,
  postrm: `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
# What was received and not delivered goes only with the purge.
if [ "$1" = purge ]; then rm -rf /var/lib/bollard; fi
`,
};

async function must(command, args) {
  const { code, output } = await run(command, args, { quiet: true });
  if (code !== 0) throw new Error(`${output}\n${command} ${args.join(" ")}: exit code ${code}`);
}

if (process.argv[1]?.endsWith("package-deb.mjs")) {
  await bootstrap();
  process.stdout.write(`${await packageDeb(join(root, ".cache/deb"))}\n`);
}
