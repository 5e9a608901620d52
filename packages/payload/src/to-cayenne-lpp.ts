import type { ArrayField, Field, QuantityField, SensorSchema } from "@bollard/schema";
import { convertUnit } from "@bollard/senml";
import type { FieldValue, Position, Reading } from "./reading.js";

/** What Cayenne LPP cannot carry of a field. */
export interface CayenneLoss {
  /** Name of the field; `time` for the reading's time. */
  readonly field: string;
  /**
   * - `left-out`: nothing of it travels
   * - `rounded`: the value is another one on the other side
   * - `meaning`: the value is right, and its unit or names are not told
   */
  readonly kind: "left-out" | "rounded" | "meaning";
  /** In words, such as `12.34 travels as 12.3`. */
  readonly message: string;
}

/** A reading as Cayenne LPP, and what it lost on the way. */
export interface CayenneLpp {
  readonly bytes: Uint8Array;
  readonly losses: readonly CayenneLoss[];
}

/** How a data type carries a number: a whole number of `size` bytes, in units of 1 / `scale`. */
interface DataType {
  readonly type: number;
  readonly name: string;
  readonly scale: number;
  readonly size: 1 | 2;
  readonly signed: boolean;
}

const digitalInput: DataType = { type: 0, name: "digital input", scale: 1, size: 1, signed: false };
const analogInput: DataType = { type: 2, name: "analog input", scale: 100, size: 2, signed: true };

/** Data types that have a unit of their own, by its SenML name. */
const typesByUnit: readonly (readonly [unit: string, DataType])[] = [
  ["lx", { type: 101, name: "illuminance", scale: 1, size: 2, signed: false }],
  ["Cel", { type: 103, name: "temperature", scale: 10, size: 2, signed: true }],
  ["%RH", { type: 104, name: "humidity", scale: 2, size: 1, signed: false }],
  ["hPa", { type: 115, name: "barometer", scale: 10, size: 2, signed: false }],
];
const gps = 136;
const mostChannels = 256;

/**
 * Turns a reading into Cayenne LPP, for servers that read nothing else, and tells what that loses.
 *
 * Each number has a channel: its place among the schema's numbers, from 0 on, the same in every
 * reading. A quantity goes as the data type of its unit, any other number as an analog input of two
 * decimals from -327.68 to 327.67. What does not fit is left out and told.
 *
 * @returns no bytes where nothing of the reading can travel
 * @see https://github.com/myDevicesIoT/CayenneLPP, the data types of version 1
 */
export function toCayenneLpp(schema: SensorSchema, reading: Reading): CayenneLpp {
  const writer = new LppWriter();
  if (reading.time !== undefined) {
    writer.lose("time", "left-out", "a reading has no time; that of its arrival stands for it");
  }
  let channel = 0;
  for (const field of schema.fields) {
    const value = reading.values[field.name];
    if (value !== null && value !== undefined) writer.put(field, channel, value);
    channel += field.kind === "array" ? field.length : 1;
  }
  return { bytes: Uint8Array.from(writer.bytes), losses: writer.losses };
}

class LppWriter {
  readonly bytes: number[] = [];
  readonly losses: CayenneLoss[] = [];

  lose(field: string, kind: CayenneLoss["kind"], message: string): void {
    this.losses.push({ field, kind, message });
  }

  put(field: Field, channel: number, value: FieldValue): void {
    const { name } = field;
    const last = channel + (field.kind === "array" ? field.length : 1);
    if (last > mostChannels) {
      this.lose(name, "left-out", `there are ${mostChannels} channels, and none for it`);
      return;
    }
    switch (field.kind) {
      case "boolean":
        this.#number(name, channel, digitalInput, value === true ? 1 : 0);
        break;
      case "quantity":
        this.#quantity(field, channel, value as number);
        break;
      case "array":
        for (const [index, element] of (value as readonly number[]).entries()) {
          this.#quantity(field, channel + index, element);
        }
        break;
      case "counter":
      case "duration":
        this.#number(name, channel, analogInput, value as number);
        break;
      case "enum":
        this.#names(name, channel, field.values.indexOf(value as string));
        break;
      case "flags": {
        const set = value as readonly string[];
        const bits = field.flags.map((flag, bit) => (set.includes(flag) ? 2 ** bit : 0));
        this.#names(
          name,
          channel,
          bits.reduce((sum, bit) => sum + bit, 0),
        );
        break;
      }
      case "position":
        this.#position(name, channel, value as Position);
        break;
      case "text":
      case "bytes":
        this.lose(name, "left-out", `there is no data type for ${field.kind}`);
    }
  }

  #quantity(field: QuantityField | ArrayField, channel: number, value: number): void {
    for (const [unit, type] of typesByUnit) {
      // A ratio is no relative humidity, though its unit can be turned into one.
      if (unit === "%RH" && field.unit !== unit) continue;
      const converted = convertUnit(value, field.unit, unit);
      if (converted === undefined) continue;
      this.#number(field.name, channel, type, converted);
      return;
    }
    if (this.#number(field.name, channel, analogInput, value)) {
      this.#loseOnce(field.name, "meaning", `its unit, ${field.unit}, is not told`);
    }
  }

  #names(name: string, channel: number, value: number): void {
    if (this.#number(name, channel, digitalInput, value)) {
      this.#loseOnce(name, "meaning", "its number is told, and not its name");
    }
  }

  #number(name: string, channel: number, type: DataType, value: number): boolean {
    const whole = Math.round(value * type.scale);
    const span = 2 ** (8 * type.size);
    const least = type.signed ? -span / 2 : 0;
    if (whole < least || whole >= least + span) {
      const range = `${least / type.scale} to ${(least + span - 1) / type.scale}`;
      this.lose(name, "left-out", `${value} is out of the range of ${type.name}, ${range}`);
      return false;
    }
    const carried = whole / type.scale;
    if (carried !== value) this.lose(name, "rounded", `${value} travels as ${carried}`);
    this.bytes.push(channel, type.type);
    this.#wholeNumber(whole, type.size);
    return true;
  }

  #position(name: string, channel: number, position: Position): void {
    const { latitude, longitude, altitude } = position;
    const parts = [
      { value: latitude, scale: 10_000 },
      { value: longitude, scale: 10_000 },
      { value: altitude ?? 0, scale: 100 },
    ].map(({ value, scale }) => ({ value, scale, whole: Math.round(value * scale) }));
    const carried = parts.map(({ whole, scale }) => whole / scale);
    if (Math.abs(parts[2]?.whole ?? 0) >= 2 ** 23) {
      this.lose(name, "left-out", `${altitude} m is out of the range of GPS location`);
      return;
    }
    if (parts.some(({ value, scale, whole }) => whole / scale !== value)) {
      this.lose(name, "rounded", `it travels as ${carried.join(", ")}`);
    }
    if (altitude === undefined) {
      this.lose(name, "meaning", "it has no altitude, and travels as if that were 0 m");
    }
    this.bytes.push(channel, gps);
    for (const { whole } of parts) this.#wholeNumber(whole, 3);
  }

  /** The highest byte first. */
  #wholeNumber(whole: number, size: number): void {
    for (let byte = size - 1; byte >= 0; byte--) this.bytes.push((whole >> (8 * byte)) & 0xff);
  }

  #loseOnce(field: string, kind: CayenneLoss["kind"], message: string): void {
    const known = this.losses.some((loss) => loss.field === field && loss.message === message);
    if (!known) this.lose(field, kind, message);
  }
}
