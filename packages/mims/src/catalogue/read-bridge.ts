import { HttpReader, type HttpReaderOptions } from "../deployment/http-reader.js";
import { slashed } from "../deployment/slashed.js";
import type { CatalogueSource } from "./to-catalogue.js";
import type { FacilityNode, ObservedAttributes } from "./to-facilities.js";

/** What a bridge offers, and the nodes behind it. */
export interface BridgeOffer extends CatalogueSource {
  readonly nodes: readonly FacilityNode[];
  readonly observed: ObservedAttributes;
}

interface TypeView {
  readonly type: string;
  readonly "@context": readonly string[];
  readonly attributes: readonly { readonly name: string; readonly title: string }[];
}
interface NodeView extends FacilityNode {
  readonly reportIntervalS?: number;
}

/**
 * What a running bridge offers.
 *
 * @param address - of the bridge, such as `http://127.0.0.1:8080`
 * @param publicAddress - the one that people reach it at. Default: the same
 * @throws {@link MimsError} `MIMS_UNREACHABLE`
 */
export async function readBridge(
  address: string,
  publicAddress: string,
  madeAt: string,
  options: HttpReaderOptions = {},
): Promise<BridgeOffer> {
  const reader = new HttpReader(options);
  const ask = (path: string) =>
    reader.json(new URL(path, slashed(address)).href, "application/json");
  const types = (await ask("v1/types")) as readonly TypeView[];
  const nodes = (await ask("v1/nodes")) as readonly NodeView[];
  const positions = nodes.flatMap(({ position }) => (position ? [position] : []));
  const intervals = nodes.flatMap(({ reportIntervalS }) => reportIntervalS ?? []);
  const [longitudes, latitudes] = [0, 1].map((axis) => positions.map((one) => one[axis] ?? 0));
  return {
    address: slashed(publicAddress),
    datasets: types.map(({ type, attributes, "@context": contexts }) => ({
      type,
      contexts,
      attributes: attributes.map(({ name }) => name),
    })),
    ...(positions.length > 0 && {
      box: [
        Math.min(...(longitudes ?? [])),
        Math.min(...(latitudes ?? [])),
        Math.max(...(longitudes ?? [])),
        Math.max(...(latitudes ?? [])),
      ] as const,
    }),
    ...(intervals.length > 0 && { reportIntervalS: Math.max(...intervals) }),
    madeAt,
    nodes,
    observed: Object.fromEntries(types.map(({ type, attributes }) => [type, attributes])),
  };
}
