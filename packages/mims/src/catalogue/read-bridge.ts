import { reasonOf } from "../deployment/deployment.js";
import { HttpReader, type HttpReaderOptions } from "../deployment/http-reader.js";
import { MimsError } from "../error.js";
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
  const ask = async <T>(path: string): Promise<T> => {
    const url = new URL(path, slashed(address)).href;
    const answer = await reader.get(url, { accept: "application/json" }).catch((cause: Error) => {
      throw new MimsError("MIMS_UNREACHABLE", url, reasonOf(cause), { cause });
    });
    if (answer.status !== 200) {
      throw new MimsError("MIMS_UNREACHABLE", url, `it answers ${answer.status}`);
    }
    return JSON.parse(answer.text) as T;
  };
  const types = await ask<readonly TypeView[]>("v1/types");
  const nodes = await ask<readonly NodeView[]>("v1/nodes");
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

function slashed(address: string): string {
  return address.endsWith("/") ? address : `${address}/`;
}
