/** A node as a bridge's read API tells of it: `/v1/nodes`. */
export interface FacilityNode {
  readonly node: string;
  /** Ids of its entities. */
  readonly ids: readonly string[];
  readonly schemas: readonly string[];
  readonly position?: readonly [longitude: number, latitude: number];
  /** When it was heard last, ISO 8601. */
  readonly observedAt: string;
}

/** What a node of a type of entity observes, by attribute. */
export type ObservedAttributes = Readonly<
  Record<string, readonly { readonly name: string; readonly title: string }[]>
>;

export interface FacilityOptions {
  /** Namespace of the identifiers, such as `https://city.example/id/emf/`. */
  readonly namespace: string;
  /** Who answers for the facilities. */
  readonly responsibleParty: string;
  readonly contact: string;
}

const INSPIRE = "http://inspire.ec.europa.eu/codelist";
/** Code list MediaValue, by what the Smart Data Model's type is about. */
const media: readonly (readonly [RegExp, string])[] = [
  [/^Air|^Weather|^Noise/, "air"],
  [/^Water|^Flood/, "water"],
  [/^Waste/, "waste"],
];

/**
 * The nodes of a bridge as Environmental Monitoring Facilities of INSPIRE, in its data specification's
 * names. Those that observe no environmental medium, such as a parking spot's, are left out.
 *
 * @see INSPIRE D2.8.III.7, Data Specification on Environmental Monitoring Facilities
 */
export function toFacilities(
  nodes: readonly FacilityNode[],
  observed: ObservedAttributes,
  { namespace, responsibleParty, contact }: FacilityOptions,
): readonly object[] {
  return nodes.flatMap(({ node, ids, position, observedAt }) => {
    const types = [...new Set(ids.flatMap((id) => /^urn:ngsi-ld:([^:]+):/.exec(id)?.[1] ?? []))];
    const mediaMonitored = [
      ...new Set(types.flatMap((type) => media.find(([of]) => of.test(type))?.[1] ?? [])),
    ];
    if (mediaMonitored.length === 0 || !position) return [];
    return [
      {
        inspireId: { localId: node, namespace },
        name: [node],
        mediaMonitored: mediaMonitored.map((one) => `${INSPIRE}/MediaValue/${one}`),
        representativePoint: {
          type: "Point",
          coordinates: position,
          // RFC 7946 has no other; said all the same, since INSPIRE asks for it.
          crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
        measurementRegime: `${INSPIRE}/MeasurementRegimeValue/continuousDataCollection`,
        mobile: false,
        resultAcquisitionSource: [`${INSPIRE}/ResultAcquisitionSourceValue/inSitu`],
        responsibleParty: [{ organisationName: responsibleParty, contact }],
        observingCapability: types.flatMap((type) =>
          (observed[type] ?? []).map(({ name, title }) => ({
            observedProperty: { name, label: title },
            featureOfInterest: ids.find((id) => id.includes(`:${type}:`)),
          })),
        ),
        lastObservation: observedAt,
      },
    ];
  });
}
