import { useCallback } from "preact/hooks";
import type { BridgeStatus } from "../../api-types.js";
import type { LinkView, OpenLinkView } from "../../detail-types.js";
import { Bar } from "../parts/bar.js";
import { Fact } from "../parts/fact.js";
import { StateWord } from "../parts/state-word.js";
import { TimeAgo } from "../parts/time-ago.js";
import { usePolled } from "../parts/use-polled.js";
import { WaitingNote } from "../parts/waiting-note.js";
import type { StreetApi } from "../street/street-api.js";
import { formatBytes } from "../text/format-bytes.js";
import { formatCount } from "../text/format-number.js";
import { formatShare } from "../text/format-share.js";
import { formatAge, formatDelay } from "../text/relative-time.js";
import { shortName } from "../text/short-name.js";
import { EndCard, LastError, TriesAgain } from "./end-card.js";

const EVERY_MS = 1000;

/** Each serial port with its node and how good its link is; below them, the other sources. */
export function PortsView(props: {
  readonly api: StreetApi;
  readonly status: BridgeStatus | undefined;
}) {
  const { api, status } = props;
  const { answer: links, failed } = usePolled(
    useCallback(() => api.links(), [api]),
    EVERY_MS,
  );
  const others = status?.sources.filter(({ kind }) => kind !== "serial") ?? [];
  return (
    <>
      <section aria-labelledby="ports">
        <h1 id="ports">Serial ports</h1>
        {!links && <WaitingNote failed={failed} />}
        {links?.length === 0 && (
          <p class="empty panel">
            No serial port is there. One that is plugged in appears here by itself.
          </p>
        )}
        <div class="cards">
          {links?.map((link) => (
            <PortCard key={link.port} port={link} />
          ))}
        </div>
      </section>
      {status && others.length > 0 && (
        <section aria-labelledby="others">
          <h1 id="others">Other sources</h1>
          <div class="cards">
            {others.map((end) => (
              <EndCard key={end.name} end={end} nowMs={Date.parse(status.now)} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

function PortCard({ port }: { readonly port: LinkView }) {
  const { link } = port;
  const node = link?.node;
  return (
    <article class="panel detail-card">
      <div class="panel-head">
        <h2 title={port.port}>{shortName(port.port)}</h2>
        <StateWord kind={port.state} />
      </div>
      <p class="path">{port.port}</p>
      {!link && (
        <>
          {port.detail !== port.lastError?.message && <p>{port.detail}</p>}
          <dl class="facts">
            <TriesAgain retryInMs={port.retryInMs} />
          </dl>
        </>
      )}
      {link && (
        <>
          <dl class="facts">
            <Fact name="Node">{node?.id ?? "no HELLO yet"}</Fact>
            <Fact name="Firmware">{node?.firmware}</Fact>
            <Fact name="Boot" title="Its boot count, or the session number it was given">
              {node?.boot}
            </Fact>
            <Fact name="Window" title="Messages it sends ahead of an acknowledgement">
              {node?.window}
            </Fact>
            <Fact name="Heard">
              {link.heardMsAgo === undefined ? "never" : formatAge(link.heardMsAgo)}
            </Fact>
            <Fact name="Round trip" title="How long an answer of the node takes">
              {link.roundTripMs === undefined ? "" : formatDelay(link.roundTripMs)}
            </Fact>
            <Fact name="Open since">
              <TimeAgo time={link.openedAt} nowMs={Date.now()} />
            </Fact>
          </dl>
          <LinkQuality link={link} />
        </>
      )}
      <LastError end={port} nowMs={Date.now()} />
    </article>
  );
}

/** What came well, and what it cost: repeats, bad CRCs, what was given up. */
function LinkQuality({ link }: { readonly link: OpenLinkView }) {
  const { frames, badFrames, messages, repeated } = link;
  const pieces = frames + badFrames;
  const good = pieces === 0 ? 1 : frames / pieces;
  const again = messages + repeated === 0 ? 0 : repeated / (messages + repeated);
  return (
    <>
      <div class="bound">
        <Bar share={good} quiet={pieces === 0} />
        <p class="quiet">
          {pieces === 0
            ? "No frame has come yet"
            : `${formatCount(frames)} good frames; ${formatShare(1 - good)} bad`}
        </p>
      </div>
      <dl class="facts">
        <Fact name="Bad frames" title="Wrong CRC, or bytes that are no frame">
          {formatCount(badFrames)} ({formatBytes(link.discardedBytes)})
        </Fact>
        <Fact name="Messages">{formatCount(messages)}</Fact>
        <Fact
          name="Sent again"
          title="Messages that came once more: the node had not heard the acknowledgement"
        >
          {formatCount(repeated)} ({formatShare(again)})
        </Fact>
        <Fact name="Given up" title="Messages the node had no memory left for">
          {formatCount(link.givenUp)}
        </Fact>
        <Fact name="Not on disk yet">{formatCount(link.waiting)}</Fact>
        <Fact name="Strange frames" title="Of an unknown type, or with a body that makes no sense">
          {formatCount(link.strangeFrames)}
        </Fact>
        <Fact name="Unsent" title="Frames that found no place in the queue to the port">
          {formatCount(link.unsent)}
        </Fact>
      </dl>
    </>
  );
}
