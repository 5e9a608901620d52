import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { HourBuckets } from "./hour-buckets.js";
import { type IndicatorOptions, indicatorSeries } from "./indicator-series.js";
import { readHistory } from "./read-history.js";

const options: IndicatorOptions = {
  ...{ indicator: "pm25", unitCode: "GQ", window: "hour", reportIntervalS: 600 },
  ...{ source: "https://street.city.example", madeAt: "2026-09-02T00:00:00.000Z" },
};
const at = (text: string) => Date.parse(text);

/** Readings of one place every ten minutes over some hours of a day. */
function measured(buckets: HourBuckets, place: string, hours: readonly number[], value: number) {
  for (const hour of hours) {
    for (let minute = 0; minute < 60; minute += 10) {
      buckets.add(place, at("2026-09-01T00:00:00Z") + (hour * 60 + minute) * 60_000, value);
    }
  }
}

describe("indicatorSeries", () => {
  test("means of an hour, over the places whose readings suffice", () => {
    const buckets = new HourBuckets();
    measured(buckets, "oak", [7], 10);
    measured(buckets, "elm", [7], 20);
    // Four of six readings are less than 75 %.
    for (const minute of [0, 10, 20, 30]) {
      buckets.add("ash", at(`2026-09-01T07:${minute || "00"}:00Z`), 500);
    }
    const { windows, method, simulated } = indicatorSeries(buckets, options);
    expect(windows).toEqual([
      {
        ...{ from: "2026-09-01T07:00:00.000Z", to: "2026-09-01T08:00:00.000Z" },
        ...{ value: 15, min: 10, max: 20, places: 2, placesMeasured: 3, coverage: 1 },
      },
    ]);
    expect(method).toContain("75 %");
    expect(simulated).toBe(false);
  });

  test("a day counts with 18 of its hours and not with 17", () => {
    const hours = Array.from({ length: 18 }, (_, hour) => hour);
    const [enough, few] = [new HourBuckets(), new HourBuckets()];
    measured(enough, "oak", hours, 8);
    measured(few, "oak", hours.slice(1), 8);
    const day = (buckets: HourBuckets) =>
      indicatorSeries(buckets, { ...options, window: "day" }).windows[0];
    expect(day(enough)).toMatchObject({ value: 8, places: 1, coverage: 0.75 });
    expect(day(few)).toMatchObject({ value: null, places: 0, placesMeasured: 1 });
  });

  test("a day's mean is that of its hours, however many readings each has", () => {
    const buckets = new HourBuckets();
    measured(
      buckets,
      "simulated-oak",
      Array.from({ length: 23 }, (_, hour) => hour),
      10,
    );
    for (let second = 0; second < 3600; second++) {
      buckets.add("simulated-oak", at("2026-09-01T23:00:00Z") + second * 1000, 34);
    }
    const series = indicatorSeries(buckets, { ...options, window: "day" });
    expect(series.windows[0]?.value).toBe(11);
    expect(series.simulated).toBe(true);
  });

  test("a year counts with nine tenths of its hours; leap years are a day longer", () => {
    const year = (of: number, share: number) => {
      const buckets = new HourBuckets();
      const hours = ((Date.UTC(of + 1, 0, 1) - Date.UTC(of, 0, 1)) / 3_600_000) * share;
      for (let hour = 0; hour < hours; hour++) {
        buckets.add("oak", Date.UTC(of, 0, 1) + hour * 3_600_000, 5);
      }
      const yearly = { ...options, window: "year", reportIntervalS: 3600 } as const;
      return indicatorSeries(buckets, yearly).windows[0];
    };
    expect(year(2028, 0.91)).toMatchObject({ value: 5, to: "2029-01-01T00:00:00.000Z" });
    expect(year(2027, 0.89)).toMatchObject({ value: null });
  });
});

describe("readHistory", () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test("follows the pages, waits where it is told to, and keeps hours and no readings", async () => {
    const asked: string[] = [];
    let isBusy = true;
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      if (isBusy) {
        isBusy = false;
        response.writeHead(503, { "retry-after": "1" }).end();
        return;
      }
      const isFirst = !(request.url ?? "").includes("after=");
      response.writeHead(200, {
        "content-type": "application/ld+json",
        ...(isFirst && { "next-cursor": "c1", link: '</v1/history?after=c1>; rel="next"' }),
      });
      const state = (minute: number) => ({
        id: "urn:ngsi-ld:AirQualityObserved:oak",
        type: "AirQualityObserved",
        pm25: {
          ...{ type: "Property", value: 10 + minute, unitCode: "GQ" },
          observedAt: `2026-09-01T07:0${minute}:00.000Z`,
        },
        dateObserved: { type: "Property", value: "2026-09-01T07:00:00.000Z" },
      });
      response.end(JSON.stringify(isFirst ? [state(0), state(1)] : [state(2)]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { buckets, states, unitCode } = await readHistory({
      ...{ bridge: `http://127.0.0.1:${port}`, type: "AirQualityObserved", attribute: "pm25" },
      ...{ from: "2026-09-01T00:00:00Z", to: "2026-09-02T00:00:00Z" },
    });
    expect({ states, unitCode }).toEqual({ states: 3, unitCode: "GQ" });
    expect(asked).toHaveLength(3);
    expect(asked[2]).toContain("after=c1");
    const [place = ""] = buckets.places;
    expect([...buckets.hoursOf(place).values()]).toEqual([{ count: 3, sum: 33, min: 10, max: 12 }]);
  });
});
