import type { SensorSchema } from "@bollard/schema";
import type { GeneratedFile } from "../generated-file.js";
import type { CModel } from "./c-model.js";
import { plainWords, toText } from "./c-text.js";
import { writeSketch } from "./write-sketch.js";

/** How the files are laid out, and what else comes with them. */
export type CLayout = "plain" | "arduino" | "platformio" | "zephyr" | "esp-idf";

/** All layouts, the default one first. */
export const cLayouts: readonly CLayout[] = ["plain", "arduino", "platformio", "zephyr", "esp-idf"];

/** What the build files of a layout are made from. */
interface Library {
  /** `street-air`. */
  readonly name: string;
  readonly schemas: readonly SensorSchema[];
  readonly models: readonly CModel[];
  /** Paths of the C sources, `src/street_air.c`. */
  readonly sources: readonly string[];
}

function sentence({ schemas }: Library): string {
  return `Payloads of ${schemas.map(({ name }) => name).join(", ")}, generated from their schemas`;
}

/** A library's version has three parts; the schema's is the first. */
function version({ schemas }: Library): string {
  return `${Math.max(...schemas.map((schema) => schema.version))}.0.0`;
}

function arduino(library: Library): GeneratedFile[] {
  const [model] = library.models;
  const descriptions = library.schemas.map(({ name, description, title }) => {
    const about = description ?? title;
    return about === undefined ? `${name}.` : `${name}: ${plainWords(about)}`;
  });
  const properties = toText(
    `name=${library.name}`,
    `version=${version(library)}`,
    "author=bollard generate c",
    "maintainer=bollard generate c",
    `sentence=${sentence(library)}.`,
    `paragraph=${descriptions.join(" ")}`,
    "category=Communication",
    "url=https://www.npmjs.com/package/@bollard/codegen",
    "architectures=*",
    `includes=${library.models.map(({ name }) => `${name}.h`).join(",")}`,
  );
  return [
    { path: "library.properties", text: properties },
    ...(model === undefined ? [] : [writeSketch(model)]),
  ];
}

function platformio(library: Library): GeneratedFile[] {
  const manifest = {
    name: library.name,
    version: version(library),
    description: sentence(library),
    headers: library.models.map(({ name }) => `${name}.h`),
    frameworks: "*",
    platforms: "*",
  };
  return [{ path: "library.json", text: `${JSON.stringify(manifest, undefined, 2)}\n` }];
}

function zephyr({ name, sources }: Library): GeneratedFile[] {
  const library = name.replaceAll("-", "_");
  return [
    { path: "zephyr/module.yml", text: toText(`name: ${library}`, "build:", "  cmake: .") },
    {
      path: "CMakeLists.txt",
      text: toText(
        `zephyr_library_named(${library})`,
        "zephyr_library_sources(",
        sources.map((path) => `  ${path}`),
        ")",
        "zephyr_include_directories(src)",
      ),
    },
  ];
}

function espIdf(library: Library): GeneratedFile[] {
  return [
    {
      path: "CMakeLists.txt",
      text: toText(
        "idf_component_register(",
        "  SRCS",
        library.sources.map((path) => `    "${path}"`),
        '  INCLUDE_DIRS "src"',
        ")",
      ),
    },
    {
      path: "idf_component.yml",
      text: toText(`version: "${version(library)}"`, `description: ${sentence(library)}`),
    },
  ];
}

const builders: Readonly<Record<CLayout, (library: Library) => GeneratedFile[]>> = {
  plain: () => [],
  arduino,
  platformio,
  zephyr,
  "esp-idf": espIdf,
};

/** Puts the files where a layout has them, and adds what builds them there. */
export function layOut(
  layout: CLayout,
  files: readonly GeneratedFile[],
  models: readonly CModel[],
): GeneratedFile[] {
  if (layout === "plain") return [...files];
  const placed = files.map(({ path, text }) => ({ path: `src/${path}`, text }));
  const schemas = models.map(({ schema }) => schema);
  const name = schemas[0]?.name ?? "";
  const sources = placed.map(({ path }) => path).filter((path) => path.endsWith(".c"));
  return [...placed, ...builders[layout]({ name, schemas, models, sources })];
}
