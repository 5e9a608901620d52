import { arduinoSketch, type GeneratedFile } from "@bollard/codegen";
import { parseSchema } from "@bollard/schema/file";
import { linkSources } from "./link-sources.js";
import type { Measurement } from "./measurements.js";

/** What a project is made of. */
export interface Project {
  /** Of the schema and its files. */
  readonly name: string;
  /** Of the schema, 1 to 16383. */
  readonly id: number;
  /** Who the first node is. */
  readonly nodeId: string;
  readonly measures: readonly Measurement[];
  /** Between two readings, s. */
  readonly everyS: number;
  /** Where it stands: longitude, latitude. */
  readonly position: readonly [number, number];
  /** The folder that the files go to, from the root. */
  readonly folder: string;
}

/**
 * The files of a project: a schema, and from it a sketch for an Arduino, a configuration of a bridge, a
 * scenario for the fleet, and a page that tells how they go together.
 */
export function projectFiles(project: Project): readonly GeneratedFile[] {
  const { name, nodeId, everyS } = project;
  const schemaPath = `${name}.schema.yaml`;
  const schemaText = schemaOf(project);
  return [
    { path: schemaPath, text: schemaText },
    { path: "bridge.yaml", text: bridgeOf(project) },
    { path: "scenario.yaml", text: scenarioOf(project) },
    ...arduinoSketch(parseSchema(schemaText, { file: schemaPath }), {
      nodeId,
      everyS,
      link: linkSources(),
    }),
    { path: "README.md", text: readmeOf(project) },
    { path: ".gitignore", text: "bollard-data/\nresults/\nkit/\nttyNODE*\n" },
  ];
}

function schemaOf({ name, id, measures, everyS }: Project): string {
  const fields = measures.map(
    ({ name: field, title, unit, min, max, resolution, typicalStep, maps }) => `  - name: ${field}
    title: ${title}
    unit: ${JSON.stringify(unit)}
    min: ${min}
    max: ${max}
    resolution: ${resolution}
    typicalStep: ${typicalStep}
    optional: true
    outOfRange: missing
${mapsOf(maps)}`,
  );
  return `# What a node of this kind measures. Payloads, C code, decoders and platform documents come from here:
# change it, then run: bollard schema check ${name}.schema.yaml
name: ${name}
version: 1
# Every kind of node of a city has its own, 1 to 16383.
id: ${id}
title: ${name}
# Seconds since 1970 travel with each reading.
time: absolute
reportInterval: ${everyS}
fields:
${fields.join("")}`;
}

function mapsOf(maps: Readonly<Record<string, string>>): string {
  const rows = Object.entries(maps).map(([model, property]) => `      ${model}: ${property}\n`);
  return rows.length > 0
    ? `    # Properties of Smart Data Models.\n    maps:\n${rows.join("")}`
    : "";
}

function bridgeOf({ name, nodeId, position, folder }: Project): string {
  return `# A bridge: readings in over serial ports, kept on disk, out to the city. Every key there is:
# bollard bridge example. What is not here has its default. Paths but those of ports are from this folder.
name: ${name}-bridge
dataDir: bollard-data
schemas: [${name}.schema.yaml]
sources:
  serial:
    - name: cable
      # The simulated node's port, and every USB serial port.
      ports: [${JSON.stringify(`${folder}/ttyNODE*`)}, "/dev/serial/by-id/*"]
nodes:
  list:
    ${nodeId}: { name: ${nodeId}, position: [${position.join(", ")}] }
# Where readings go beside the page and the API. Take away the # for a broker on this machine.
# sinks:
#   mqtt:
#     - { name: city, url: "mqtt://127.0.0.1:1883", formats: [json, senml, ngsi-ld] }
http:
  port: 8080
  nextFreePort: true
`;
}

function scenarioOf({ name, everyS, position: [longitude, latitude] }: Project): string {
  return `# A hundred such nodes against a broker, for a minute: bollard fleet run scenario.yaml -h 127.0.0.1
name: ${name}
seed: 1
streets:
  - name: ${name}
    nodes: 100
    schema: ${name}.schema.yaml
    everyS: ${Math.min(everyS, 10)}
    place: { latitude: ${latitude}, longitude: ${longitude}, radiusM: 500 }
receivers:
  - filter: simulated/#
phases:
  - { kind: ramp, durationS: 10 }
  - { kind: hold, durationS: 50 }
expect:
  lost: 0
  duplicates: 0
  rateHeld: 0.99
`;
}

function readmeOf({ name, nodeId }: Project): string {
  const word = name.replaceAll("-", "_");
  return `# ${name}

\`${name}.schema.yaml\` says what a node measures; all else comes from it.

\`\`\`sh
bollard bridge run bridge.yaml                                # its page: http://127.0.0.1:8080
bollard sim node ${name}.schema.yaml --id ${nodeId} --link ./ttyNODE0   # a simulated node, on a port that the bridge takes
\`\`\`

| | |
| --- | --- |
| a real node | open \`firmware/${word}/${word}.ino\` in the Arduino IDE, put your sensors into \`measure\`, plug it in: the bridge takes every USB serial port |
| what the city gets to take it in | \`bollard kit ${name}.schema.yaml -o kit\` |
| a hundred of them against a broker | \`bollard fleet run scenario.yaml -h 127.0.0.1\` |
| after a change of the schema | \`bollard schema check ${name}.schema.yaml\`, then \`bollard generate c ${name}.schema.yaml -o firmware/${word}/src\` |
`;
}
