import { catalogueForms, USUAL_TITLE } from "./catalogue-forms.js";
import type { CataloguePublisher, CatalogueSource } from "./to-catalogue.js";

/**
 * What a bridge serves as OpenData.dk harvests it, and as OS2iot shares with it.
 *
 * @see Project Open Data Metadata Schema v1.1, which that portal reads; it is not DCAT-AP
 */
export function toOpenDataDk(source: CatalogueSource, publisher: CataloguePublisher): object {
  const { licence, contact, language = "en" } = publisher;
  const title = publisher.title ?? USUAL_TITLE;
  const at = (path: string) => new URL(path, source.address).href;
  const { box, reportIntervalS } = source;
  return {
    "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
    "@id": at("v1#catalogue"),
    "@type": "dcat:Catalog",
    conformsTo: "https://project-open-data.cio.gov/v1.1/schema",
    describedBy: "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
    dataset: source.datasets.map(({ type, attributes }) => ({
      "@type": "dcat:Dataset",
      identifier: at(`v1/entities?type=${type}#dataset`),
      title: `${type}: ${title}`,
      description: `The latest states of ${type}: ${attributes.join(", ")}.`,
      keyword: [type, ...attributes],
      modified: source.madeAt,
      language: [language],
      publisher: { "@type": "org:Organization", name: publisher.publisher },
      contactPoint: {
        ...{ "@type": "vcard:Contact", fn: publisher.publisher },
        hasEmail: `mailto:${contact}`,
      },
      accessLevel: "public",
      license: licence,
      // West, south, east, north.
      ...(box && { spatial: box.join(",") }),
      // ISO 8601, repeated: a report each so many seconds.
      ...(reportIntervalS !== undefined && { accrualPeriodicity: `R/PT${reportIntervalS}S` }),
      distribution: catalogueForms.map(({ format, name, mediaType }) => ({
        "@type": "dcat:Distribution",
        title: `${type} as ${name}`,
        mediaType,
        format: name,
        downloadURL: at(`v1/entities?type=${type}&format=${format}`),
      })),
    })),
  };
}
