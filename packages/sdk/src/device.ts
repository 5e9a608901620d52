/**
 * What a small device needs whose schemas `bollard generate js` has laid out: the main door's functions
 * without what checks a schema and lays it out.
 */
export * from "@bollard/payload/device";
