import { type CsvError, parse } from "csv-parse/sync";
import type { Calibration, NodeConfig } from "../config/config.js";

/** The columns of a registry in CSV, in the order in which they are written. */
const COLUMNS = [
  "id",
  "name",
  "schemas",
  "longitude",
  "latitude",
  "heightM",
  "installed",
  "removed",
  "calibration",
  "tags",
  "entities",
] as const;

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>;

/** A row that is wrong: `line` counts from 1, the header among them. */
export interface CsvFault {
  readonly line: number;
  readonly message: string;
}

/** The nodes of a CSV text, not checked yet, or what is wrong with it. */
export type NodesCsv =
  | {
      readonly nodes: Readonly<Record<string, NodeConfig>>;
      /** Node id to its line. */
      readonly lines: ReadonlyMap<string, number>;
    }
  | { readonly faults: readonly CsvFault[] };

/**
 * Reads a registry from CSV with a header of `id,name,schemas,longitude,latitude,heightM,installed,
 * removed,calibration,tags,entities`, any of them but `id` left out, in any order.
 *
 * Schemas and tags are separated by `;`, and so are corrections, each `field gain offset` and the day
 * it holds from: `pm25 0.93 0; pm25 0.95 0.2 2026-05-01`. What entities say beside readings is JSON.
 */
export function parseNodesCsv(text: string): NodesCsv {
  let rows: { record: Row; info: { lines: number } }[];
  try {
    rows = parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim()),
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    const { lines = 1, message } = error as CsvError & { lines?: number };
    return { faults: [{ line: lines, message }] };
  }
  const faults: CsvFault[] = [];
  const nodes: Record<string, NodeConfig> = {};
  const lines = new Map<string, number>();
  for (const [column] of Object.entries(rows[0]?.record ?? {})) {
    if ((COLUMNS as readonly string[]).includes(column)) continue;
    faults.push({ line: 1, message: `"${column}" is no column; there are ${COLUMNS.join(", ")}` });
  }
  for (const { record, info } of rows) {
    const { id = "" } = record;
    const fault = (message: string) => faults.push({ line: info.lines, message });
    if (id === "") fault("id is missing; the node's own id, its DevEUI or its topic");
    else if (lines.has(id)) fault(`${id} is there already, in line ${lines.get(id)}`);
    else {
      lines.set(id, info.lines);
      nodes[id] = toNodeConfig(record, fault);
    }
  }
  return faults.length > 0 ? { faults } : { nodes, lines };
}

function toNodeConfig(row: Row, fault: (message: string) => void): NodeConfig {
  const number = (column: "longitude" | "latitude" | "heightM", text: string): number => {
    const value = Number(text);
    if (!Number.isFinite(value)) fault(`${column}: "${text}" is not a number`);
    return value;
  };
  const { name, longitude = "", latitude = "", heightM, installed, removed } = row;
  if ((longitude === "") !== (latitude === "")) fault("longitude and latitude go together");
  return {
    ...(name && { name }),
    ...(row.schemas && { schemas: words(row.schemas) }),
    ...(longitude !== "" && {
      position: [number("longitude", longitude), number("latitude", latitude)] as const,
    }),
    ...(heightM && { heightM: number("heightM", heightM) }),
    ...(installed && { installed }),
    ...(removed && { removed }),
    ...(row.calibration && { calibration: toCalibration(row.calibration, fault) }),
    ...(row.tags && { tags: words(row.tags) }),
    ...(row.entities && { entities: toEntities(row.entities, fault) }),
  };
}

function toEntities(
  text: string,
  fault: (message: string) => void,
): NonNullable<NodeConfig["entities"]> {
  try {
    return JSON.parse(text);
  } catch {
    fault(`entities: "${text}" is not JSON, such as {"ParkingSpot":{"name":"A-13"}}`);
    return {};
  }
}

function toCalibration(
  text: string,
  fault: (message: string) => void,
): Record<string, readonly Calibration[]> {
  const calibration: Record<string, Calibration[]> = {};
  for (const one of words(text)) {
    const [field = "", gain = "", offset = "", validFrom] = one.split(/\s+/);
    if (gain === "" || ![gain, offset || "0"].every((value) => Number.isFinite(Number(value)))) {
      fault(`calibration: "${one}" is not "field gain offset", such as "pm25 0.93 0.2"`);
      continue;
    }
    const correction = {
      gain: Number(gain),
      offset: Number(offset),
      ...(validFrom !== undefined && { validFrom }),
    };
    calibration[field] = [...(calibration[field] ?? []), correction];
  }
  return calibration;
}

function words(text: string): string[] {
  return text
    .split(";")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** Writes a registry as CSV, as {@link parseNodesCsv} reads it. */
export function formatNodesCsv(nodes: Readonly<Record<string, NodeConfig>>): string {
  const hasEntities = Object.values(nodes).some(({ entities }) => entities);
  const columns = COLUMNS.filter((column) => column !== "entities" || hasEntities);
  const rows = Object.entries(nodes).map(([id, node]) => {
    const row: Row = {
      id,
      name: node.name ?? "",
      schemas: node.schemas?.join("; ") ?? "",
      longitude: node.position ? String(node.position[0]) : "",
      latitude: node.position ? String(node.position[1]) : "",
      heightM: node.heightM === undefined ? "" : String(node.heightM),
      installed: node.installed ?? "",
      removed: node.removed ?? "",
      calibration: formatCalibration(node.calibration ?? {}),
      tags: node.tags?.join("; ") ?? "",
      entities: node.entities ? JSON.stringify(node.entities) : "",
    };
    return columns.map((column) => cell(row[column] ?? "")).join(",");
  });
  return `${[columns.join(","), ...rows].join("\n")}\n`;
}

function formatCalibration(calibration: NonNullable<NodeConfig["calibration"]>): string {
  return Object.entries(calibration)
    .flatMap(([field, given]) =>
      ("length" in given ? given : [given]).map(({ gain = 1, offset = 0, validFrom = "" }) =>
        `${field} ${gain} ${offset} ${validFrom}`.trim(),
      ),
    )
    .join("; ");
}

function cell(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
