// `npm run -s sbom`: a software bill of materials in CycloneDX 1.6, JSON, of what the packages need when
// they run: from the lockfile, with checksums, licences and what needs what. On the standard output.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, root } from "./bootstrap.mjs";

await bootstrap();
const { Contrib, Enums, Models, Serialize, Spec, Validation } = await import(
  "@cyclonedx/cyclonedx-library"
);
const { PackageURL } = await import("packageurl-js");
const spdx = await import("spdx-expression-parse");
const { parse } = await import("yaml");

const lock = parse(readFileSync(join(root, "pnpm-lock.yaml"), "utf8"));
const workspace = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const licences = new Contrib.License.Factories.LicenseFactory(spdx.default);
const components = new Map();

const bom = new Models.Bom({ version: 1 });
const product = new Models.Component(Enums.ComponentType.Application, "bollard", {
  version: workspace.version,
  bomRef: "bollard",
  licenses: new Models.LicenseRepository([licences.makeFromString("Apache-2.0")]),
});
bom.metadata.component = product;

const shipped = Object.keys(lock.importers).filter((path) =>
  /^(packages\/|firmware-sim$)/.test(path),
);
for (const path of shipped) {
  const manifest = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
  const own = componentOf(manifest.name, manifest.version, manifest.license);
  product.dependencies.add(own.bomRef);
  for (const [name, { version }] of Object.entries(lock.importers[path].dependencies ?? {})) {
    own.dependencies.add(
      version.startsWith("link:")
        ? componentOf(name, manifest.version, manifest.license).bomRef
        : resolved(name, version).bomRef,
    );
  }
}

const text = new Serialize.JsonSerializer(
  new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
).serialize(bom, { sortLists: true, space: 2 });
const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
if (problems) {
  process.stderr.write(
    `the bill is not CycloneDX 1.6: ${JSON.stringify(problems).slice(0, 500)}\n`,
  );
  process.exitCode = 1;
} else process.stdout.write(`${text}\n`);

/** A package of the lockfile, with all that it needs. @param version - with its peers in brackets */
function resolved(name, version) {
  const key = `${name}@${version}`;
  const plain = version.replace(/\(.*$/, "");
  const id = `${name}@${plain}`;
  if (components.has(id)) return components.get(id);
  const component = componentOf(name, plain, licenceOf(name, plain));
  const integrity = lock.packages[id]?.resolution?.integrity;
  const [algorithm, digest] = integrity?.split("-") ?? [];
  if (algorithm === "sha512") {
    component.hashes.set(
      Enums.HashAlgorithm["SHA-512"],
      Buffer.from(digest, "base64").toString("hex"),
    );
  }
  const { dependencies = {}, optionalDependencies = {} } = lock.snapshots[key] ?? {};
  for (const [needed, at] of Object.entries({ ...dependencies, ...optionalDependencies })) {
    component.dependencies.add(resolved(needed, at).bomRef);
  }
  return component;
}

function componentOf(fullName, version, licence) {
  const id = `${fullName}@${version}`;
  const known = components.get(id);
  if (known) return known;
  const [name, group] = fullName.split("/").reverse();
  const component = new Models.Component(Enums.ComponentType.Library, name, {
    ...(group && { group }),
    version,
    bomRef: id,
    purl: new PackageURL("npm", group, name, version).toString(),
    ...(licence && {
      licenses: new Models.LicenseRepository([licences.makeFromString(licence)]),
    }),
  });
  components.set(id, component);
  bom.components.add(component);
  return component;
}

/** As its own package.json says, where it is installed here. */
function licenceOf(name, version) {
  const store = join(root, "node_modules/.pnpm");
  const folder = readdirSync(store).find((one) =>
    one.startsWith(`${name.replace("/", "+")}@${version}`),
  );
  const file = folder && join(store, folder, "node_modules", name, "package.json");
  if (!file || !existsSync(file)) return undefined;
  const { license } = JSON.parse(readFileSync(file, "utf8"));
  return typeof license === "string" ? license : undefined;
}
