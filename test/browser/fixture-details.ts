import type {
  CommandFormView,
  LinkView,
  LogLineView,
  LogView,
  SpoolView,
  WaitingView,
} from "@bollard/bridge";

/** What the page's further views read, beside a fixture street. A test may change any of it. */
export class FixtureDetails {
  links: LinkView[] = [
    {
      port: "/dev/serial/by-id/usb-Arduino_Uno_85436323-if00",
      source: "cabinet",
      state: "up",
      detail: "",
      link: {
        openedAt: "2026-11-24T04:32:43.000Z",
        node: { id: "air-0001", firmware: "street 1.4", boot: 7, window: 8, schemas: [17] },
        heardMsAgo: 400,
        roundTripMs: 12.4,
        frames: 9_876,
        badFrames: 124,
        discardedBytes: 2_480,
        strangeFrames: 0,
        messages: 4_820,
        repeated: 100,
        givenUp: 0,
        waiting: 3,
        unsent: 0,
      },
    },
    {
      port: "/dev/ttyACM1",
      source: "cabinet",
      state: "down",
      detail: "it was unplugged",
      lastError: { message: "it was unplugged", at: "2026-11-24T05:12:40.000Z" },
      retryInMs: 4_100,
    },
  ];

  spool: SpoolView = {
    state: "ok",
    oldest: 1,
    last: 410_000,
    durable: 409_800,
    pendingBytes: 6_200,
    commitDelayMs: 1_000,
    segments: 4,
    spareFiles: 2,
    backlog: { bytes: 12_000_000, maxBytes: 48_000_000 },
    whenFull: "drop-oldest",
    history: { bytes: 1_200_000, maxBytes: 48_000_000, maxDays: 7 },
    appended: 410_000,
    refused: 0,
    written: {
      entries: 12_710_000,
      prepared: 16_000_000,
      cursors: 240_000,
      indexes: 8_000,
      syncs: 2_400,
    },
    cursors: [
      { name: "mqtt:city", position: 409_000, backlog: 1_000, lost: {}, isLoose: false },
      {
        name: "ngsi-ld:broker",
        position: 300_000,
        backlog: 110_000,
        lost: { dropped: 1_204, thinned: 0 },
        isLoose: true,
      },
    ],
  };

  waiting: WaitingView[] = [];

  commands: CommandFormView[] = [
    {
      schema: "street-air",
      name: "set-interval",
      title: "Set the interval",
      description: "How often it reports.",
      fields: [
        {
          ...{ name: "seconds", title: "Seconds", unit: "s", kind: "duration", optional: false },
          ...{ min: 10, max: 3600, step: 10 },
        },
        {
          ...{ name: "mode", title: "Mode", unit: "", kind: "enum", optional: true },
          words: ["calm", "lively"],
        },
      ],
    },
    { schema: "street-air", name: "reboot", title: "Start anew", fields: [] },
  ];

  /** Changes asked for: what, and its body. */
  readonly changes: [what: string, body: unknown][] = [];
  /** What the next change is answered; a problem where it has a title. */
  answer: { readonly title?: string; readonly detail?: string; readonly status?: unknown } = {
    status: "done",
  };

  take(what: string, body: unknown) {
    this.changes.push([what, body]);
    return this.answer;
  }

  readonly #lines: LogLineView[] = [];

  /** Writes a line into the log. */
  write(level: LogLineView["level"], message: string, fields: Record<string, string> = {}): void {
    const number = this.#lines.length + 1;
    this.#lines.push({ number, at: "2026-11-24T05:12:43.000Z", level, message, fields });
  }

  log(after: number): LogView {
    const lines = this.#lines.filter(({ number }) => number > after);
    return { lines, last: this.#lines.length, missed: 0 };
  }

  /** Questions for a file of readings, in their order. */
  readonly downloads: URLSearchParams[] = [];

  csv(words: URLSearchParams): string {
    this.downloads.push(words);
    return `time,node,pm25\r\n2026-11-24T05:12:43.000Z,${words.get("node")},4.2\r\n`;
  }
}
