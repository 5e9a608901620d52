import type { SensorSchema } from "@bollard/schema";
import { stringify } from "yaml";
import type { GeneratedFile } from "../../generated-file.js";
import { runScript } from "../check/run-script.js";
import type { FilledKitOptions } from "../kit-options.js";
import { kitVectors } from "../kit-vectors.js";

/**
 * The folder that The Things Network's device repository asks for: vendor, device, profile and codec,
 * the codec with examples that it has been run on.
 *
 * @param codec - text of the codec
 * @see https://github.com/TheThingsNetwork/lorawan-devices
 */
export function deviceRepository(
  schema: SensorSchema,
  codec: string,
  options: FilledKitOptions,
): readonly GeneratedFile[] {
  const { maker, makerId } = options;
  const { name, title = name, description = title } = schema;
  const folder = `lorawan/vendor/${makerId}`;
  const profile = `${name}-profile`;
  const file = (path: string, content: object): GeneratedFile => ({
    path,
    text: stringify(content, { lineWidth: 100 }),
  });
  return [
    file("lorawan/vendor/index.yaml", { vendors: [{ id: makerId, name: maker }] }),
    file(`${folder}/index.yaml`, { endDevices: [name] }),
    file(`${folder}/${name}.yaml`, {
      name: title,
      description: description.trim(),
      hardwareVersions: [{ version: "1.0", numeric: 1 }],
      firmwareVersions: [
        {
          version: `${schema.version}.0`,
          numeric: schema.version,
          hardwareVersions: ["1.0"],
          profiles: { "EU863-870": { id: profile, codec: `${name}-codec` } },
        },
      ],
    }),
    file(`${folder}/${profile}.yaml`, {
      vendorProfileID: 0,
      supportsClassB: false,
      supportsClassC: false,
      macVersion: "1.0.3",
      regionalParametersVersion: "RP001-1.0.3-RevA",
      supportsJoin: true,
      maxEIRP: 16,
      supports32bitFCnt: true,
    }),
    file(`${folder}/${name}-codec.yaml`, codecDescription(schema, codec, options)),
    { path: `${folder}/${name}.js`, text: codec },
  ];
}

interface Script {
  decodeUplink(input: object): { readonly data?: object };
  normalizeUplink?(input: object): object;
  encodeDownlink?(input: object): { readonly bytes: number[]; readonly fPort: number };
  decodeDownlink?(input: object): object;
}

function codecDescription(
  schema: SensorSchema,
  codec: string,
  { port }: FilledKitOptions,
): Readonly<Record<string, object>> {
  const names = ["decodeUplink", "normalizeUplink", "encodeDownlink", "decodeDownlink"];
  const script = runScript(codec, names) as unknown as Script;
  const uplinks = kitVectors(schema, port)
    .filter(({ readings }) => readings)
    .map(({ title, payload, fPort, arrival }) => {
      const bytes = [...Buffer.from(payload, "hex")];
      const recvTime = schema.time.mode === "16" ? { recvTime: arrival } : {};
      const input = { fPort, bytes, ...recvTime };
      const output = script.decodeUplink(input);
      const normalized = script.normalizeUplink?.({ data: output.data });
      return {
        description: title,
        input,
        output,
        ...(normalized && { normalizedOutput: normalized }),
      };
    });
  const fileName = `${schema.name}.js`;
  const [command] = schema.commands.filter(({ fields }) => fields.length === 0);
  const asked = command && { data: { command: command.name } };
  const sent = asked && script.encodeDownlink?.(asked);
  return {
    uplinkDecoder: { fileName, examples: uplinks },
    ...(schema.commands.length > 0 && {
      downlinkEncoder: {
        fileName,
        ...(sent && { examples: [{ description: command.name, input: asked, output: sent }] }),
      },
      downlinkDecoder: {
        fileName,
        ...(sent && {
          examples: [{ description: command.name, input: sent, output: asked }],
        }),
      },
    }),
  };
}
