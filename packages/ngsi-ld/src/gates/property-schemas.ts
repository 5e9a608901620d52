/** Finds the document of a URL; undefined where there is none. */
export type DocumentOf = (url: string) => object | undefined;

/** Keywords at the top of a model that ask nothing of the value of one property. */
const APART: ReadonlySet<string> = new Set([
  ...["type", "required", "definitions", "$defs", "$comment", "title", "description"],
  ...["default", "examples", "deprecated", "readOnly", "writeOnly"],
]);

/** Schemas in schemas. Those of the Smart Data Models need 4. */
const MAX_DEPTH = 16;

/**
 * Where a model's JSON Schema asks something of one property, as references such as
 * `model:Lamp#/allOf/1/properties/status`: its value is well exactly when it is by all of them.
 *
 * @param url - of the model's document
 * @param isKeyword - whether the validator knows a keyword, and does not pass over it
 * @returns undefined for a model that asks something of several properties at once, such as by `if`
 */
export function propertySchemas(
  url: string,
  property: string,
  documentOf: DocumentOf,
  isKeyword: (keyword: string) => boolean,
): readonly string[] | undefined {
  const found: string[] = [];
  const visit = (ref: string, depth: number): boolean => {
    const schema = schemaAt(ref, documentOf);
    if (typeof schema !== "object" || schema === null || depth > MAX_DEPTH) return false;
    return Object.entries(schema).every(([keyword, content]) => {
      if (keyword === "properties") {
        if (Object.hasOwn(content, property)) found.push(`${ref}/properties/${segment(property)}`);
        return true;
      }
      if (keyword === "allOf") {
        return Object.keys(content).every((index) => visit(`${ref}/allOf/${index}`, depth + 1));
      }
      if (keyword === "$ref") return visit(absolute(content, ref), depth + 1);
      return APART.has(keyword) || !isKeyword(keyword);
    });
  };
  return visit(`${url}#`, 0) ? found : undefined;
}

function absolute(ref: string, from: string): string {
  return ref.startsWith("#") ? `${from.slice(0, from.indexOf("#"))}${ref}` : ref;
}

function schemaAt(
  ref: string,
  documentOf: DocumentOf,
): Readonly<Record<string, never>> | undefined {
  const [url = "", pointer = ""] = ref.split("#");
  let schema: unknown = documentOf(url);
  for (const part of pointer.split("/").slice(1)) {
    if (typeof schema !== "object" || schema === null) return undefined;
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    schema = (schema as Readonly<Record<string, unknown>>)[name];
  }
  return schema as Readonly<Record<string, never>> | undefined;
}

/** One part of a JSON pointer in a URL. */
function segment(name: string): string {
  return encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
}
