import { existsSync, readFileSync } from "node:fs";
import { Parser, type Quad, Store } from "n3";
import SHACLValidator from "rdf-validate-shacl";

const shapeFiles = {
  "dcat-ap": "dcat-ap-3.0.0-dcat-ap-SHACL.ttl",
  hvd: "dcat-ap-3.0.0-hvd-hvd-SHACL.ttl",
} as const;

/** Whose shapes: DCAT-AP's, or those of its profile for high-value datasets. */
export type ShapesName = keyof typeof shapeFiles;

/**
 * What the published shapes find wrong.
 *
 * @returns a sentence for each violation; warnings are left out
 * @see DCAT-AP 3.0.0, SHACL shapes; W3C SHACL, section 3.6
 */
export async function shapeProblems(
  triples: readonly Quad[],
  name: ShapesName = "dcat-ap",
): Promise<readonly string[]> {
  const shapes = new Store(new Parser().parse(readFileSync(shapesFile(name), "utf8")));
  const validator = new SHACLValidator(shapes as never);
  const { results } = await validator.validate(new Store([...triples]) as never);
  return results
    .filter(({ severity }) => severity?.value.endsWith("#Violation"))
    .map(({ focusNode, path, message }) => {
      const words = message.map(({ value }) => value).join(", ");
      return `${focusNode?.value} ${path?.value ?? ""}: ${words || "it does not conform"}`;
    });
}

/** Beside the package's folder of code, whether this runs from its source or as it was built. */
function shapesFile(name: ShapesName): URL {
  const candidates = ["../shapes", "../../shapes"].map(
    (folder) => new URL(`${folder}/${shapeFiles[name]}`, import.meta.url),
  );
  return candidates.find((file) => existsSync(file)) ?? (candidates[0] as URL);
}
