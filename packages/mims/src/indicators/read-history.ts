import type { Entity } from "@bollard/ngsi-ld";
import { numericProperties } from "../checks/entity-parts.js";
import { HttpReader, type HttpReaderOptions } from "../deployment/http-reader.js";
import { reasonOf } from "../deployment/reason-of.js";
import { slashed } from "../deployment/slashed.js";
import { MimsError } from "../error.js";
import { HourBuckets } from "./hour-buckets.js";

/** What is read of a bridge's history. */
export interface HistoryQuery {
  /** Address of the bridge. */
  readonly bridge: string;
  readonly type: string;
  readonly attribute: string;
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Told of each page, with the states read so far. */
  readonly onPage?: (states: number) => void;
}

/** What came of it. */
export interface HistoryRead {
  readonly buckets: HourBuckets;
  readonly states: number;
  /** As the newest state has it; empty where none says. */
  readonly unitCode: string;
}

/** A server that never comes to an end is left after so many pages of 1000. */
const MOST_PAGES = 100_000;
const MOST_RETRIES = 5;

/**
 * Reads an attribute's past states page by page into hours; what is kept does not grow with their number.
 *
 * @throws {@link MimsError} `MIMS_UNREACHABLE`
 */
export async function readHistory(
  query: HistoryQuery,
  options: HttpReaderOptions = {},
): Promise<HistoryRead> {
  const { bridge, type, attribute, from, to } = query;
  const reader = new HttpReader(options);
  const headers = {
    accept: "application/ld+json",
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
  };
  const buckets = new HourBuckets();
  let states = 0;
  let unitCode = "";
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const url = new URL("v1/history", slashed(bridge));
    url.search = new URLSearchParams({
      ...{ type, attrs: attribute, from, to, limit: "1000" },
      ...(after !== undefined && { after }),
    }).toString();
    const answer = await patiently(reader, url.href, headers);
    for (const entity of JSON.parse(answer.text) as readonly Entity[]) {
      for (const property of numericProperties(entity)) {
        if (property.name !== attribute || property.observedAt === undefined) continue;
        buckets.add(entity.id, Date.parse(property.observedAt), property.value);
        unitCode = property.unitCode ?? unitCode;
        states++;
      }
    }
    query.onPage?.(states);
    after = answer.headers.get("next-cursor") ?? undefined;
    if (after === undefined || !answer.headers.get("link")?.includes('rel="next"')) break;
  }
  return { buckets, states, unitCode };
}

/** Waits as long as a busy server says, a few times. */
async function patiently(
  reader: HttpReader,
  url: string,
  headers: Readonly<Record<string, string>>,
): ReturnType<HttpReader["send"]> {
  for (let time = 0; ; time++) {
    const answer = await reader.send(url, { headers }).catch((cause: Error) => {
      throw new MimsError("MIMS_UNREACHABLE", url, reasonOf(cause), { cause });
    });
    if (answer.status === 200) return answer;
    const waitS = Number(answer.headers.get("retry-after"));
    if (!(waitS > 0 && waitS <= 60) || time >= MOST_RETRIES) {
      throw new MimsError("MIMS_UNREACHABLE", url, `it answers ${answer.status}`);
    }
    await new Promise((resolve) => setTimeout(resolve, waitS * 1000));
  }
}
