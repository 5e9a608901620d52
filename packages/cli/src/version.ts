import manifest from "../package.json" with { type: "json" };

/** The version of this package; all packages carry the same one. */
export const version: string = manifest.version;
