import type { SensorSchema } from "@bollard/schema";
import {
  type DecoderTable,
  decoderTable,
  type FieldTable,
  type SlotTable,
} from "../../decoder/decoder-table.js";
import { runtimeText } from "../../runtime-text.js";

/** Names that the class has within itself. */
const TAKEN: ReadonlySet<string> = new Set(["Message", "Reading", "Field", "Decoder"]);

/** Name of the class: `StreetAir`. */
export function javaClass({ name }: Pick<SensorSchema, "name">): string {
  const words = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const joined = words.join("");
  return TAKEN.has(joined) ? `${joined}Payload` : joined;
}

/** A decoder in one Java class, of Java 11 and later, with the standard library alone. */
export function javaDecoder(schema: SensorSchema): string {
  const table = decoderTable(schema);
  const { name, version, title = name } = schema;
  return `import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the payloads of ${title.replaceAll("*/", "*\\/")}: schema ${name}, version ${version}, layout ${table.fingerprint}.
 *
 * Made by Bollard, Apache-2.0. Do not edit: make it anew.
 */
public final class ${javaClass(schema)} {
    private ${javaClass(schema)}() {}

    /** Of the layout that this class reads. */
    public static final String FINGERPRINT = ${text(table.fingerprint)};

    /**
     * Reads a payload.
     *
     * @param arrival when it came in, seconds since 1970; needed for a time of 16 bits only, else NaN
     */
    public static Message decode(byte[] payload, double arrival) throws PayloadException {
        return new Decoder(payload, fields(), ${table.interval ?? "Double.NaN"}, arrival).read(${table.id});
    }

${fieldsOf(table)}

${runtimeText("BollardDecoder.java", [table])}`;
}

function fieldsOf({ fields }: DecoderTable): string {
  return `    private static Field[] fields() {
        return new Field[] {
${fields.map((field) => `            ${fieldOf(field)},`).join("\n")}
        };
    }`;
}

function fieldOf({ name, kind, optional, names, slots }: FieldTable): string {
  const list = names ? `new String[] { ${names.map(text).join(", ")} }` : "null";
  const numbers = slots.map(slotOf).join(", ");
  return `new Field(${text(name)}, ${text(kind)}, ${optional}, ${list}, new long[][] { ${numbers} })`;
}

function slotOf({ last, steps, mean, increment, trend, follows, shift }: SlotTable): string {
  const numbers = steps
    ? [last, ...steps, mean ?? 0, increment ?? -1, trend ?? 0, follows ?? 0, shift ?? 0]
    : [last, 0, 0, 0, 0, -1, 0, 0, 0];
  return `{ ${numbers.map((number) => `${number}L`).join(", ")} }`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
