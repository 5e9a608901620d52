import { Parser, type Quad, Store } from "n3";
import SHACLValidator from "rdf-validate-shacl";
import { packageFile } from "../package-file.js";

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
  const shapes = new Store(new Parser().parse(packageFile(`shapes/${shapeFiles[name]}`)));
  const validator = new SHACLValidator(shapes as never);
  const { results } = await validator.validate(new Store([...triples]) as never);
  return results
    .filter(({ severity }) => severity?.value.endsWith("#Violation"))
    .map(({ focusNode, path, message }) => {
      const words = message.map(({ value }) => value).join(", ");
      return `${focusNode?.value} ${path?.value ?? ""}: ${words || "it does not conform"}`;
    });
}
