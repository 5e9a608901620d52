import { describe, expect, test } from "vitest";
import {
  decodePackCbor,
  decodeSenmlCbor,
  encodePackCbor,
  encodeSenmlCbor,
  formatSenmlJson,
  type Pack,
  packRecords,
  parsePackJson,
  parseSenmlJson,
  type ResolvedRecord,
  resolvePack,
} from "./index.js";

const device = "urn:dev:ow:10e2073a01080063";

/** The examples of RFC 8428, sections 5.1.1 to 5.1.7, and what they are resolved. */
const examples: readonly (readonly [title: string, json: string, records: ResolvedRecord[]])[] = [
  [
    "5.1.1 single data point",
    `[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]`,
    [{ name: device, unit: "Cel", value: 23.1 }],
  ],
  [
    "5.1.2 multiple data points",
    `[{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},
      {"n":"current","u":"A","v":1.2}]`,
    [
      { name: `${device}:voltage`, unit: "V", value: 120.1 },
      { name: `${device}:current`, unit: "A", value: 1.2 },
    ],
  ],
  [
    "5.1.2 current at each second, voltage last",
    `[{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":5,
       "n":"voltage","u":"V","v":120.1},
      {"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},
      {"n":"current","t":-3,"v":1.4},{"n":"current","t":-2,"v":1.5},
      {"n":"current","t":-1,"v":1.6},{"n":"current","v":1.7}]`,
    [
      ...[1.2, 1.3, 1.4, 1.5, 1.6].map((value, index) => ({
        name: "urn:dev:ow:10e2073a0108006:current",
        unit: "A",
        value,
        time: 1276020071.001 + index,
      })),
      { name: "urn:dev:ow:10e2073a0108006:voltage", unit: "V", value: 120.1, time: 1276020076.001 },
      { name: "urn:dev:ow:10e2073a0108006:current", unit: "A", value: 1.7, time: 1276020076.001 },
    ],
  ],
  [
    "5.1.2 one stream",
    `[{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":21.2},
      {"t":10,"v":21.3},{"t":20,"v":21.4}]`,
    [
      { name: device, unit: "%RH", value: 21.2, time: 1320067464 },
      { name: device, unit: "%RH", value: 21.3, time: 1320067474 },
      { name: device, unit: "%RH", value: 21.4, time: 1320067484 },
    ],
  ],
  [
    "5.1.3 multiple measurements, resolved as in 5.1.4",
    `[{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},
      {"u":"lon","v":24.30621},{"u":"lat","v":60.07965},{"t":60,"v":20.3},
      {"u":"lon","t":60,"v":24.30622},{"u":"lat","t":60,"v":60.07965},
      {"t":120,"v":20.7},{"u":"lon","t":120,"v":24.30623},{"u":"lat","t":120,"v":60.07966},
      {"u":"%EL","t":150,"v":98},{"t":180,"v":21.2},
      {"u":"lon","t":180,"v":24.30628},{"u":"lat","t":180,"v":60.07967}]`,
    [
      { name: device, unit: "%RH", value: 20, time: 1320067464 },
      { name: device, unit: "lon", value: 24.30621, time: 1320067464 },
      { name: device, unit: "lat", value: 60.07965, time: 1320067464 },
      { name: device, unit: "%RH", value: 20.3, time: 1320067524 },
      { name: device, unit: "lon", value: 24.30622, time: 1320067524 },
      { name: device, unit: "lat", value: 60.07965, time: 1320067524 },
      { name: device, unit: "%RH", value: 20.7, time: 1320067584 },
      { name: device, unit: "lon", value: 24.30623, time: 1320067584 },
      { name: device, unit: "lat", value: 60.07966, time: 1320067584 },
      { name: device, unit: "%EL", value: 98, time: 1320067614 },
      { name: device, unit: "%RH", value: 21.2, time: 1320067644 },
      { name: device, unit: "lon", value: 24.30628, time: 1320067644 },
      { name: device, unit: "lat", value: 60.07967, time: 1320067644 },
    ],
  ],
  [
    "5.1.5 multiple data types",
    `[{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},
      {"n":"label","vs":"Machine Room"},{"n":"open","vb":false},
      {"n":"nfc-reader","vd":"aGkgCg"}]`,
    [
      { name: `${device}:temp`, unit: "Cel", value: 23.1 },
      { name: `${device}:label`, stringValue: "Machine Room" },
      { name: `${device}:open`, booleanValue: false },
      { name: `${device}:nfc-reader`, dataValue: new TextEncoder().encode("hi \n") },
    ],
  ],
  [
    "5.1.6 collection of resources",
    `[{"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":25.2},
      {"n":"humidity","u":"%RH","v":30},
      {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},
      {"n":"humidity","u":"%RH","v":67}]`,
    [
      { name: "2001:db8::2/temperature", unit: "Cel", value: 25.2, time: 1320078429 },
      { name: "2001:db8::2/humidity", unit: "%RH", value: 30, time: 1320078429 },
      { name: "2001:db8::1/temperature", unit: "Cel", value: 12.3, time: 1320078429 },
      { name: "2001:db8::1/humidity", unit: "%RH", value: 67, time: 1320078429 },
    ],
  ],
  [
    "5.1.7 setting an actuator",
    `[{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},
      {"n":"heat","u":"/","v":1},{"n":"fan","u":"/","v":0}]`,
    [
      { name: `${device}:temp`, unit: "Cel", value: 23.1 },
      { name: `${device}:heat`, unit: "/", value: 1 },
      { name: `${device}:fan`, unit: "/", value: 0 },
    ],
  ],
  [
    "5.1.7 two lights, dimmed and then off",
    `[{"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":0.5},
      {"n":"2001:db8::4","v":0.5},{"n":"2001:db8::3","t":0.1,"v":0},
      {"n":"2001:db8::4","t":0.1,"v":0}]`,
    [
      { name: "2001:db8::3", unit: "/", value: 0.5, time: 1320078429 },
      { name: "2001:db8::4", unit: "/", value: 0.5, time: 1320078429 },
      { name: "2001:db8::3", unit: "/", value: 0, time: 1320078429.1 },
      { name: "2001:db8::4", unit: "/", value: 0, time: 1320078429.1 },
    ],
  ],
];

describe("RFC 8428", () => {
  test.each(examples)("%s is resolved as it says", (_title, json, records) => {
    expect(parseSenmlJson(json)).toEqual(records);
  });

  test.each(examples)("%s comes back from JSON and CBOR", (_title, json, records) => {
    expect(parseSenmlJson(formatSenmlJson(records))).toEqual(records);
    expect(decodeSenmlCbor(encodeSenmlCbor(records))).toEqual(records);
    expect(decodeSenmlCbor(encodeSenmlCbor(records, { decimalFractions: true }))).toEqual(records);
    expect(decodePackCbor(encodePackCbor(parsePackJson(json)))).toEqual(parsePackJson(json));
  });

  test("section 6: the CBOR of 5.1.2 is these bytes", () => {
    const pack: Pack = [
      {
        bn: "urn:dev:ow:10e2073a0108006:",
        bt: 1276020076.001,
        bu: "A",
        bver: 5,
        n: "voltage",
        u: "V",
        v: 120.1,
      },
      { n: "current", t: -5, v: 1.2 },
      { n: "current", t: -4, v: 1.3 },
      { n: "current", t: -3, v: 1.4 },
      { n: "current", t: -2, v: 1.5 },
      { n: "current", t: -1, v: 1.6 },
      { n: "current", t: 0, v: 1.7 },
    ];
    const hex = `87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a
22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666
a3006763757272656e74062402fb3ff3333333333333
a3006763757272656e74062302fb3ff4cccccccccccd
a3006763757272656e74062202fb3ff6666666666666
a3006763757272656e74062102f93e00
a3006763757272656e74062002fb3ff999999999999a
a3006763757272656e74060002fb3ffb333333333333`.replaceAll("\n", "");
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    expect(encodePackCbor(pack)).toEqual(bytes);
    expect(decodePackCbor(bytes)).toEqual(pack);
  });

  test("packs 5.1.3 as the RFC does, but for the order of its fields", () => {
    const [, json, records] = examples[4] ?? ["", "[]", []];
    expect(packRecords(records)).toEqual(parsePackJson(json));
    expect(resolvePack(packRecords(records))).toEqual(records);
  });
});
