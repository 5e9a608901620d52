import type { SensorSchema } from "@bollard/schema";
import { decoderTable } from "../../decoder/decoder-table.js";
import { pythonTable } from "../../decoder/python-literal.js";
import { runtimeText } from "../../runtime-text.js";

/** A decoder in one Python file, of 3.8 and later, without a dependency. */
export function pythonDecoder(schema: SensorSchema): string {
  const table = decoderTable(schema);
  const { name, version, title } = schema;
  return `"""${title ?? name}, version ${version}: reads its payloads.

    >>> from ${moduleName(schema)} import decode
    >>> decode(bytes.fromhex(payload))["readings"][0]["values"]

From the command line: python3 ${moduleName(schema)}.py HEX … prints JSON. Layout ${table.fingerprint}.
Made by Bollard, Apache-2.0. Do not edit: make it anew.
"""

import json
import sys

SCHEMA = ${pythonTable(table)}


def decode(payload, arrival=None):
    """
    Reads a payload: bytes, or a list of their numbers.

    arrival: when it came in, seconds since 1970; needed for a time of 16 bits only.
    Returns a dict with \`readings\`, each with \`values\` by field name and \`time\` in seconds.
    Raises PayloadError.
    """
    return decode_payload(SCHEMA, payload, arrival)


${runtimeText("bollard_decoder.py", [table])}

def _plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def main(words):
    """Decodes payloads given in hexadecimal; 1 where one cannot be read."""
    failed = 0
    for word in words:
        text, _, arrival = word.partition("@")
        try:
            message = decode(bytes.fromhex(text), float(arrival) if arrival else None)
            print(json.dumps(_plain(message["readings"]), ensure_ascii=False))
        except PayloadError as error:
            failed = 1
            print(json.dumps({"error": error.code, "offset": error.offset}))
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
`;
}

/** Name of the file without its end: `street_air`. */
export function moduleName({ name }: Pick<SensorSchema, "name">): string {
  return name.replaceAll("-", "_");
}
