import type { SensorSchema } from "@bollard/schema";
import type { GeneratedFile } from "../../generated-file.js";
import { runScript } from "../check/run-script.js";
import type { FilledKitOptions } from "../kit-options.js";
import { kitVectors } from "../kit-vectors.js";
import { os2iotDecoder } from "./decoder-file.js";
import { os2iotDeviceModel } from "./device-model.js";

const COMMON = "name,id,type,longitude,latitude,commentOnLocation,comment,deviceModelId";
const MQTT = "authenticationType,mqttusername,mqttpassword";

/** Columns of OS2iot's bulk import by type of device, with a row that shows how they are filled. */
const IMPORTS: Readonly<Record<string, readonly [columns: string, row: string]>> = {
  "generic-http": [COMMON, ",,GENERIC_HTTP,23.3219,42.6977,,,"],
  "lorawan-otaa": [
    `${COMMON},devEUI,deviceProfileID,skipFCntCheck,activationType,OTAAapplicationKey`,
    ",,LORAWAN,23.3219,42.6977,,,,0004A30B001C0530,,false,OTAA,00112233445566778899AABBCCDDEEFF",
  ],
  "mqtt-internal": [
    `${COMMON},${MQTT}`,
    ",,MQTT_INTERNAL_BROKER,23.3219,42.6977,,,,PASSWORD,oak-street-12,change-me",
  ],
  "mqtt-external": [
    `${COMMON},mqttURL,mqttPort,mqtttopicname,${MQTT},caCertificate,deviceCertificate,deviceCertificateKey`,
    ",,MQTT_EXTERNAL_BROKER,23.3219,42.6977,,,,mqtts://broker.example,8883,bollard/oak-street-12/SCHEMA/json,PASSWORD,os2iot,change-me,,,",
  ],
};

/** Everything that OS2iot needs to take a sensor in. */
export function os2iotFiles(
  schema: SensorSchema,
  options: FilledKitOptions,
): readonly GeneratedFile[] {
  const { port, maker } = options;
  const text = (path: string, content: string) => ({ path: `os2iot/${path}`, text: content });
  const json = (path: string, content: unknown) =>
    text(path, `${JSON.stringify(content, undefined, 2)}\n`);
  const entities = os2iotDecoder(schema, port, "entities");
  const flat = os2iotDecoder(schema, port, "flat");
  return [
    text("README.md", readme(schema, options)),
    json("device-model.json", os2iotDeviceModel(schema, maker)),
    text("decoder.js", entities),
    text("decoder-flat.js", flat),
    json("vectors.json", vectors(schema, port, entities, flat)),
    ...Object.entries(IMPORTS).map(([type, [columns, row]]) =>
      text(
        `devices-${type}.csv`,
        `${columns}\noak-street-12${row.replace("SCHEMA", schema.name)}\n`,
      ),
    ),
  ];
}

/** A message as OS2iot stores it, and what the decoders return. */
function vectors(schema: SensorSchema, port: number, entities: string, flat: string) {
  const metadata = {
    name: "oak-street-12",
    location: { type: "Point", coordinates: [23.3219, 42.6977] },
  };
  const run = (text: string) => runScript(text, ["decode"], { atob }).decode;
  const [decode, decodeFlat] = [run(entities), run(flat)];
  return kitVectors(schema, port)
    .filter(({ readings }) => readings)
    .map(({ title, payload: hex, fPort, arrival }) => {
      const data = Buffer.from(hex, "hex").toString("base64");
      const payload = { data, fPort, time: arrival };
      const expected = decode?.(payload as never, metadata as never);
      const expectedFlat = decodeFlat?.(payload as never, metadata as never);
      return { title, payload, metadata, expected, expectedFlat };
    });
}

function readme(schema: SensorSchema, { maker, port }: FilledKitOptions): string {
  const { name, title = name, description = title, version } = schema;
  return `# ${title}

| | |
| --- | --- |
| Model | ${name}, version ${version} |
| Transmission | LoRaWAN (port ${port}), MQTT, HTTP |
| Description | ${description.trim().replaceAll("\n", " ")} |
| Source | made from the sensor schema \`${name}\` |
| Author | ${maker} |

1. **Device model**: create one from \`device-model.json\`.
2. **Payload decoder**: paste \`decoder.js\` for the FIWARE data target, which sends its entities on as they
   are; \`decoder-flat.js\` for HTTP, MQTT and OpenData.dk. Both read LoRaWAN uplinks, and what a Bollard
   bridge posts or publishes. \`vectors.json\` has payloads to try them with.
3. **Devices**: fill a CSV by type of device in and import it. The name of a device becomes a part of its
   entities' ids, so name it as its owner does, not by its number; give it a location.
4. **FIWARE data target**: leave its context empty, since each entity has its own.

A Bollard bridge takes the other way round: its \`os2iot\` sink posts to the key of a generic HTTP device or
publishes to \`devices/<organization>/<application>/<device>\` at OS2iot's own broker (8885 with a password,
8884 with a certificate). A city's own broker that OS2iot connects to has the readings on
\`bollard/<name>/${name}/json\`.
`;
}
