import { catalogueForms, USUAL_TITLE } from "./catalogue-forms.js";

/**
 * Categories of high-value datasets that a street's sensors may be of: address and English label of the
 * EU's vocabulary.
 *
 * @see Implementing Regulation (EU) 2023/138, annex
 */
export const hvdCategories = {
  environment: ["http://data.europa.eu/bna/c_dd313021", "Earth observation and environment"],
  geospatial: ["http://data.europa.eu/bna/c_ac64a52d", "Geospatial"],
  meteorological: ["http://data.europa.eu/bna/c_164e0bf5", "Meteorological"],
  mobility: ["http://data.europa.eu/bna/c_b79e35eb", "Mobility"],
  statistics: ["http://data.europa.eu/bna/c_e1da4e07", "Statistics"],
} as const;
export type HvdCategory = keyof typeof hvdCategories;

/** Who publishes a catalogue, and under what terms. */
export interface CataloguePublisher {
  /** Name of the city, or whoever publishes. */
  readonly publisher: string;
  /** Address that stands for it, such as its web site. */
  readonly publisherUri: string;
  /** Address of a person's mailbox. */
  readonly contact: string;
  /** Address of the licence, such as `https://creativecommons.org/licenses/by/4.0/`. */
  readonly licence: string;
  /** Language of titles, such as `en`. Default: en. */
  readonly language?: string;
  readonly title?: string;
  readonly description?: string;
  /**
   * Category of the high-value datasets that these are. Default: none, and nothing says that they are of
   * high value.
   */
  readonly hvdCategory?: HvdCategory;
  /** Address of a country or region, such as one of the EU's authority tables. Default: none. */
  readonly spatial?: string;
}

/** What a bridge offers, as its read API tells. */
export interface CatalogueSource {
  /** Address that people reach it at, such as `https://street.city.example/`. */
  readonly address: string;
  /** By type of entity. */
  readonly datasets: readonly {
    readonly type: string;
    readonly contexts: readonly string[];
    readonly attributes: readonly string[];
  }[];
  /** West, south, east, north of what stands there. */
  readonly box?: readonly [number, number, number, number];
  /** Between reports of a node, s. */
  readonly reportIntervalS?: number;
  /** Is event streams too. Default: false. */
  readonly hasEventStreams?: boolean;
  /** When the catalogue is made, ISO 8601. */
  readonly madeAt: string;
}

const FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/";
const THEME_ENVIRONMENT = "http://publications.europa.eu/resource/authority/data-theme/ENVI";
const FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/";
const ACCESS_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC";
/** Longitude first, as GeoJSON has it: RFC 7946, section 4. */
export const CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

const context = {
  dcat: "http://www.w3.org/ns/dcat#",
  dct: "http://purl.org/dc/terms/",
  foaf: "http://xmlns.com/foaf/0.1/",
  vcard: "http://www.w3.org/2006/vcard/ns#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
  locn: "http://www.w3.org/ns/locn#",
  dcatap: "http://data.europa.eu/r5r/",
  eli: "http://data.europa.eu/eli/ontology#",
  skos: "http://www.w3.org/2004/02/skos/core#",
  gsp: "http://www.opengis.net/ont/geosparql#",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
};

/** Implementing Regulation (EU) 2023/138. */
const HVD_REGULATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj";

/**
 * A catalogue of what a bridge serves: a dataset for each type of entity with a distribution for each
 * form, and the API that serves them.
 *
 * @returns JSON-LD, its context in it
 * @see DCAT-AP 3.0.0
 */
export function toCatalogue(source: CatalogueSource, publisher: CataloguePublisher): object {
  const { language = "en", publisherUri, licence } = publisher;
  const text = (value: string) => ({ "@value": value, "@language": language });
  const link = (iri: string) => ({ "@id": iri });
  // The shapes want to be told what each address is.
  const typed = (iri: string, type: string) => ({ "@id": iri, "@type": type });
  const resource = (iri: string) => typed(iri, "rdfs:Resource");
  const open = typed(ACCESS_PUBLIC, "dct:RightsStatement");
  const concept = (iri: string, label: string) => ({
    ...typed(iri, "skos:Concept"),
    "skos:prefLabel": { "@value": label, "@language": "en" },
  });
  const theme = concept(THEME_ENVIRONMENT, "Environment");
  const at = (path: string) => new URL(path, source.address).href;
  const title = publisher.title ?? USUAL_TITLE;
  const agent = {
    "@id": publisherUri,
    "@type": "foaf:Agent",
    "foaf:name": text(publisher.publisher),
  };
  const contact = {
    "@type": "vcard:Kind",
    "vcard:fn": publisher.publisher,
    "vcard:hasEmail": resource(`mailto:${publisher.contact}`),
  };
  const serviceId = at("v1#service");
  const { hvdCategory } = publisher;
  const legislation =
    hvdCategory === undefined
      ? {}
      : { "dcatap:applicableLegislation": typed(HVD_REGULATION, "eli:LegalResource") };
  const category = hvdCategory && hvdCategories[hvdCategory];
  const highValue = category
    ? { ...legislation, "dcatap:hvdCategory": concept(category[0], category[1]) }
    : {};
  const datasets = source.datasets.map(({ type, contexts, attributes }) => ({
    "@id": at(`v1/entities?type=${type}#dataset`),
    "@type": "dcat:Dataset",
    "dct:title": text(`${type}: ${title}`),
    "dct:description": text(`The latest and past states of ${type}: ${attributes.join(", ")}.`),
    "dct:publisher": link(publisherUri),
    "dcat:contactPoint": contact,
    "dcat:theme": theme,
    "dct:accessRights": open,
    "dct:accrualPeriodicity": typed(
      `${FREQUENCY}${frequencyOf(source.reportIntervalS)}`,
      "dct:Frequency",
    ),
    "dct:conformsTo": [CRS84, ...contexts].map((iri) => ({
      "@id": iri,
      "@type": "dct:Standard",
    })),
    ...spatialOf(source, publisher),
    ...highValue,
    "dcat:distribution": catalogueForms.map(({ format, fileType, mediaType }) => ({
      "@id": at(`v1/entities?type=${type}&format=${format}#distribution`),
      "@type": "dcat:Distribution",
      "dct:title": text(`${type} as ${mediaType}`),
      "dcat:accessURL": resource(at(`v1/entities?type=${type}&format=${format}`)),
      "dcat:downloadURL": resource(at(`v1/entities?type=${type}&format=${format}`)),
      "dct:format": { "@id": `${FILE_TYPE}${fileType}`, "@type": "dct:MediaTypeOrExtent" },
      "dct:license": { "@id": licence, "@type": "dct:LicenseDocument" },
      "dcat:accessService": link(serviceId),
      ...legislation,
    })),
  }));
  return {
    "@context": context,
    "@id": at("v1#catalogue"),
    "@type": "dcat:Catalog",
    "dct:title": text(title),
    "dct:description": text(
      publisher.description ?? "Readings of street sensors as entities of Smart Data Models.",
    ),
    "dct:publisher": agent,
    "dct:license": { "@id": licence, "@type": "dct:LicenseDocument" },
    "dct:modified": { "@type": "xsd:dateTime", "@value": source.madeAt },
    "dcat:dataset": datasets,
    "dcat:service": {
      "@id": serviceId,
      "@type": "dcat:DataService",
      "dct:title": text("Read API: NGSI-LD entities, GeoJSON, CSV, SenML; OGC SensorThings"),
      "dcat:endpointURL": resource(at("v1")),
      "dcat:endpointDescription": resource(at("v1/openapi.json")),
      "dcat:contactPoint": contact,
      "dct:publisher": link(publisherUri),
      "dct:license": { "@id": licence, "@type": "dct:LicenseDocument" },
      "dct:accessRights": open,
      "foaf:page": typed(at("v1/openapi.json"), "foaf:Document"),
      ...highValue,
      "dcat:servesDataset": datasets.map(({ "@id": id }) => link(id)),
    },
  };
}

function spatialOf({ box }: CatalogueSource, { spatial }: CataloguePublisher): object {
  if (spatial !== undefined) return { "dct:spatial": { "@id": spatial, "@type": "dct:Location" } };
  if (!box) return {};
  const [west, south, east, north] = box;
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const wkt = `POLYGON((${ring.map((point) => point.join(" ")).join(", ")}))`;
  return {
    "dct:spatial": {
      "@type": "dct:Location",
      "dcat:bbox": { "@type": "gsp:wktLiteral", "@value": wkt },
    },
  };
}

/** The nearest word of the EU's authority table of frequencies. */
function frequencyOf(intervalS: number | undefined): string {
  if (intervalS === undefined) return "IRREG";
  if (intervalS <= 3600) return "UPDATE_CONT";
  return intervalS <= 86_400 ? "DAILY" : "IRREG";
}
