import jsonld from "jsonld";
import { Parser, type Quad } from "n3";
import { MimsError } from "../error.js";

const DCAT = "http://www.w3.org/ns/dcat#";
const DCT = "http://purl.org/dc/terms/";
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/**
 * Triples of a catalogue in Turtle, or in JSON-LD whose context stands in the document.
 *
 * @throws {@link MimsError} `MIMS_BAD_FILE` with the place of the mistake
 */
export async function readCatalogue(text: string): Promise<readonly Quad[]> {
  try {
    if (!text.trimStart().startsWith("{")) return new Parser().parse(text);
    const documentLoader = async (url: string): Promise<never> => {
      throw new Error(`the context ${url} would have to be fetched; put it into the document`);
    };
    const quads = await jsonld.toRDF(JSON.parse(text), {
      format: "application/n-quads",
      documentLoader,
    });
    return new Parser({ format: "N-Quads" }).parse(String(quads));
  } catch (cause) {
    // jsonld.js wraps what its loader says.
    const { message, details } = cause as Error & { details?: { cause?: Error } };
    throw new MimsError("MIMS_BAD_FILE", "catalogue", details?.cause?.message ?? message, {
      cause,
    });
  }
}

/** A distribution and its licence. */
export interface DistributionLicence {
  readonly distribution: string;
  readonly licence: string | undefined;
}

/** Each distribution of a dataset, with its licence. */
export function licencesOf(triples: readonly Quad[]): readonly DistributionLicence[] {
  const distributions = objectsOf(triples, `${DCAT}distribution`);
  return [...new Set(distributions)].map((distribution) => ({
    distribution,
    licence: triples.find(
      ({ subject, predicate }) =>
        subject.value === distribution && predicate.value === `${DCT}license`,
    )?.object.value,
  }));
}

/** Coordinate reference systems that datasets conform to, by their addresses. */
export function crsOf(triples: readonly Quad[]): readonly string[] {
  const datasets = new Set(
    triples
      .filter(
        ({ predicate, object }) => predicate.value === TYPE && object.value === `${DCAT}Dataset`,
      )
      .map(({ subject }) => subject.value),
  );
  const systems = triples
    .filter(
      ({ subject, predicate }) =>
        datasets.has(subject.value) && predicate.value === `${DCT}conformsTo`,
    )
    .map(({ object }) => object.value)
    .filter((iri) => /opengis\.net\/def\/crs\//.test(iri));
  return [...new Set(systems)];
}

function objectsOf(triples: readonly Quad[], predicate: string): readonly string[] {
  return triples
    .filter((one) => one.predicate.value === predicate)
    .map(({ object }) => object.value);
}
