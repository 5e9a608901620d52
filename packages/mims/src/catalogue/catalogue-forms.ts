/** Forms in which a bridge serves entities: its own name of each, and what portals call it. */
export const catalogueForms = [
  { format: "jsonld", name: "JSON-LD", fileType: "JSON_LD", mediaType: "application/ld+json" },
  { format: "geojson", name: "GeoJSON", fileType: "GEOJSON", mediaType: "application/geo+json" },
  { format: "csv", name: "CSV", fileType: "CSV", mediaType: "text/csv" },
] as const;

/** Of a catalogue whose publisher gives it none. */
export const USUAL_TITLE = "What the street's sensors measure";
