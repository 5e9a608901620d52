import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exampleStatus } from "./example-status.test-data.js";
import { type EventStream, StreetFeed } from "./street-feed.js";

/** A bridge that answers, or does not. */
class FakeBridge {
  readonly streams: FakeStream[] = [];
  answers = true;
  readonly eventsAddress = "api/v1/events";

  status = async () => this.#answer(exampleStatus);
  nodes = async () => this.#answer([]);
  controls = async () => this.#answer([]);
  trend = async () => this.#answer([]);
  press = async (id: string) => this.#answer([{ id, label: "Join", active: true }]);

  openStream = (address: string): EventStream => {
    expect(address).toBe(this.eventsAddress);
    const stream = new FakeStream();
    this.streams.push(stream);
    return stream;
  };

  get stream(): FakeStream {
    const last = this.streams.at(-1);
    if (!last) throw new Error("no stream was opened");
    return last;
  }

  #answer<T>(value: T): T {
    if (!this.answers) throw new Error("unreachable");
    return value;
  }
}

class FakeStream implements EventStream {
  readonly #listeners = new Map<string, (event: { data?: string }) => void>();
  closed = false;

  addEventListener(kind: string, listener: (event: { data?: string }) => void): void {
    this.#listeners.set(kind, listener);
  }

  close(): void {
    this.closed = true;
  }

  tell(kind: string, data?: unknown): void {
    this.#listeners.get(kind)?.(data === undefined ? {} : { data: JSON.stringify(data) });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function startFeed() {
  const bridge = new FakeBridge();
  const feed = new StreetFeed({ api: bridge, openStream: bridge.openStream, onChange: () => {} });
  feed.start();
  return { bridge, feed };
}

describe("StreetFeed", () => {
  test("reads everything once the stream is open, then follows its events", async () => {
    const { bridge, feed } = startFeed();
    expect(feed.state.link).toEqual({ kind: "connecting" });
    bridge.stream.tell("open");
    await vi.advanceTimersByTimeAsync(0);
    expect(feed.state).toMatchObject({ link: { kind: "live" }, status: exampleStatus });
    bridge.stream.tell("controls", [{ id: "city", label: "Cut", active: false }]);
    expect(feed.state.controls).toEqual([{ id: "city", label: "Cut", active: false }]);
    await feed.press("city");
    expect(feed.state.controls).toEqual([{ id: "city", label: "Join", active: true }]);
    feed.stop();
    expect(bridge.stream.closed).toBe(true);
  });

  test("tries again after 1, 2, 4, 8, 10 and 10 seconds", async () => {
    const { bridge, feed } = startFeed();
    bridge.answers = false;
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      bridge.stream.tell("error");
      await vi.advanceTimersByTimeAsync(0);
      expect(feed.state.link).toEqual({ kind: "lost", retryInS: seconds });
      const tries = bridge.streams.length;
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(bridge.streams).toHaveLength(tries);
      await vi.advanceTimersByTimeAsync(1);
      expect(bridge.streams).toHaveLength(tries + 1);
    }
    feed.stop();
  });

  test("a silence of six seconds is a loss, and the clock goes on meanwhile", async () => {
    const { bridge, feed } = startFeed();
    bridge.stream.tell("status", exampleStatus);
    await vi.advanceTimersByTimeAsync(5_999);
    expect(feed.state.link).toEqual({ kind: "live" });
    await vi.advanceTimersByTimeAsync(1);
    expect(feed.state.link).toEqual({ kind: "lost", retryInS: 1 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(feed.state.nowMs).toBe(Date.parse(exampleStatus.now) + 3_000);
    feed.stop();
  });

  test("a bridge that refuses the stream but answers is asked each ten seconds", async () => {
    const { bridge, feed } = startFeed();
    bridge.stream.tell("error");
    await vi.advanceTimersByTimeAsync(0);
    expect(feed.state).toMatchObject({
      link: { kind: "busy", retryInS: 10 },
      status: exampleStatus,
    });
    expect(bridge.stream.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(bridge.streams).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(bridge.streams).toHaveLength(2);
    bridge.stream.tell("status", exampleStatus);
    expect(feed.state.link).toEqual({ kind: "live" });
    feed.stop();
  });

  test("a stream that breaks is a loss at once", () => {
    const { bridge, feed } = startFeed();
    bridge.stream.tell("open");
    bridge.stream.tell("error");
    expect(feed.state.link).toEqual({ kind: "lost", retryInS: 1 });
    feed.stop();
  });

  test("a bridge that opens the stream but cannot answer is lost too", async () => {
    const { bridge, feed } = startFeed();
    bridge.answers = false;
    bridge.stream.tell("open");
    await vi.advanceTimersByTimeAsync(0);
    expect(feed.state.link).toEqual({ kind: "lost", retryInS: 1 });
    bridge.answers = true;
    feed.retryNow();
    bridge.stream.tell("open");
    await vi.advanceTimersByTimeAsync(0);
    expect(feed.state.link).toEqual({ kind: "live" });
    feed.stop();
  });
});
