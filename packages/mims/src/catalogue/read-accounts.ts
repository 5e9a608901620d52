import { HttpReader, type HttpReaderOptions } from "../deployment/http-reader.js";
import { slashed } from "../deployment/slashed.js";
import type { CataloguePublisher } from "./to-catalogue.js";

/** What a bridge gives account of, for registers and authorities. */
export interface Accounts {
  /** A register of algorithms; absent where no value is made. */
  readonly algorithms?: readonly object[];
  /** A record of processing with its controller; absent where nothing concerns persons. */
  readonly processing?: object;
}

/**
 * What a running bridge gives account of; the publisher is the controller.
 *
 * @param address - of the bridge, such as `http://127.0.0.1:8080`
 * @throws {@link MimsError} `MIMS_UNREACHABLE`
 * @see Regulation (EU) 2016/679, article 30
 */
export async function readAccounts(
  address: string,
  publisher: Pick<CataloguePublisher, "publisher" | "publisherUri" | "contact">,
  options: HttpReaderOptions = {},
): Promise<Accounts> {
  const reader = new HttpReader(options);
  const ask = async (path: string): Promise<unknown> => {
    const url = new URL(path, slashed(address)).href;
    const { status } = await reader.get(url, { accept: "application/ld+json" });
    // A bridge of before it gave account.
    return status === 404 ? undefined : reader.json(url);
  };
  const [algorithms, processing] = [await ask("v1/algorithms"), await ask("v1/processing")];
  const processes: unknown = Object(processing)["dpv:hasProcess"];
  const hasProcesses = Array.isArray(processes) && processes.length > 0;
  return {
    ...(Array.isArray(algorithms) && algorithms.length > 0 && { algorithms }),
    ...(hasProcesses && {
      processing: {
        ...Object(processing),
        "dpv:hasDataController": {
          "@id": publisher.publisherUri,
          "@type": "dpv:DataController",
          "dpv:hasName": publisher.publisher,
          "dpv:hasContact": `mailto:${publisher.contact}`,
        },
      },
    }),
  };
}
