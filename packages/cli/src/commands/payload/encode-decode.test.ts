import { describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");

describe("bollard payload encode and decode", () => {
  test("give what their help says", async () => {
    for (const command of ["encode", "decode"]) {
      const help = await run(["payload", command, "--help"]);
      const [, call = "", answer] = /\$ bollard (.*)\n {2}(.*)\n/.exec(help.out) ?? [];
      const words = call.replace("street-air.schema.yaml", air).replaceAll("'", "").split(" ");
      expect(await run(words)).toEqual({ code: 0, out: `${answer}\n`, err: "" });
    }
  });

  test("take the clock's time where none is given", async () => {
    const { out } = await run(["payload", "encode", air, '{"pm25":1.3}']);
    const decoded = await run(["payload", "decode", air, out.trim()]);
    expect(JSON.parse(decoded.out)).toEqual({
      time: 1538352144,
      values: { pm25: 1.3, pm10: null, temperature: null, humidity: null, pressure: null },
    });
  });

  test("carry texts, bytes and an uptime", async () => {
    const health = exampleFile("schemas/node-health.schema.yaml");
    const values = {
      battery: 3600,
      signal: -97,
      resets: 3,
      lost_reports: 0,
      last_reset: "watchdog",
      firmware: "1.4.2-ü",
      crash: "00ff10a5",
    };
    const given = ["payload", "encode", health, JSON.stringify(values), "--time", "86400"];
    const encoded = await run(given);
    expect(encoded).toMatchObject({ code: 0, err: "" });
    const decoded = await run(["payload", "decode", health, encoded.out.trim()]);
    expect(JSON.parse(decoded.out)).toMatchObject({ time: 86400, values });
  });

  test.each([
    [
      ["encode", air, '{"pm2":1}'],
      "the values: street-air has no field pm2; it has pm25, pm10, temperature, humidity, pressure",
    ],
    [["encode", air, "[1]"], `the values: give a JSON object, such as '{"pm25":12.3}'`],
    [["encode", air, "{}", "--time", "noon"], "--time noon: give seconds, such as 1538352143"],
    [["decode", air, "140"], "the payload: give pairs of hexadecimal digits, such as 1401"],
    [["decode", air, "14", "--arrival", ""], "--arrival : give seconds, such as 1538352143"],
  ])("%j is used wrongly", async (words, message) => {
    expect(await run(["payload", ...words])).toEqual({
      code: 2,
      out: "",
      err: `bollard: ${message}\n`,
    });
  });

  test.each([
    [["encode", air, '{"pm25":"high"}'], "pm25: high is not a number (PAYLOAD_WRONG_TYPE)"],
    [["decode", air, "1401ff"], "The payload ends within a row (PAYLOAD_TRUNCATED at byte 3)"],
    [["decode", air, "c0"], "Form 3 is reserved (PAYLOAD_RESERVED_FORM at byte 0)"],
  ])("%j fails", async (words, message) => {
    expect(await run(["payload", ...words])).toEqual({
      code: 1,
      out: "",
      err: `bollard: ${message}\n`,
    });
  });
});
