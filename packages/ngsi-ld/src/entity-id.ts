import { NgsiLdError } from "./error.js";

/** Names that change with the network, the cable or the database, and what to say about them. */
const fleeting: readonly (readonly [RegExp, string])[] = [
  [/^[a-z][a-z0-9+.-]*:\/\//i, "is a URL"],
  [/(^|[^\d.])(\d{1,3}\.){3}\d{1,3}($|[^\d.])/, "holds an IP address"],
  [/^\[?[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}\]?$/i, "is an IP address"],
  [/^localhost(:\d+)?$/i, "is a host name"],
  [/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:\d+)?\.?$/i, "is a host name"],
  [/^#?\d{1,9}$/, "is a row number"],
  [/^(row|record|entry|index|id|nr|no)[-_. #:]?\d+$/i, "is a row number"],
  [/^(\/dev\/|tty(usb|acm|s|ama)\d|com\d+$|\\\\\.\\)/i, "is a serial port"],
];

/**
 * Why a name will not last as part of an entity's id, in words that follow the name; undefined for a
 * good one.
 *
 * The name is the owner's own for the thing, such as `radhuspladsen-3`: it stays when the device is
 * re-flashed, the bridge moves or the broker is changed.
 */
export function lintEntityName(name: string): string | undefined {
  if (name.trim() === "") return "is empty";
  if (name.length > 200) return "is longer than 200 characters";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "holds a control character";
  if (/\p{Surrogate}/u.test(name)) return "holds half a character";
  return fleeting.find(([pattern]) => pattern.test(name.trim()))?.[1];
}

/**
 * The id of an entity: `urn:ngsi-ld:AirQualityObserved:radhuspladsen-3`.
 *
 * @param type - the entity type, a term of its context
 * @param name - the owner's name; characters a URN may not hold are percent-encoded as UTF-8
 * @throws NgsiLdError `NGSI_LD_BAD_ID` for a host name, an IP address, a serial port or a row number,
 * which do not last, and for a type that is not letters, digits and underscores
 * @see ETSI GS CIM 009, annex A.3; RFC 8141, section 2
 */
export function entityId(type: string, name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(type)) {
    throw new NgsiLdError("NGSI_LD_BAD_ID", type, "the type is not letters, digits, underscores");
  }
  const fault = lintEntityName(name);
  if (fault !== undefined) {
    throw new NgsiLdError(
      "NGSI_LD_BAD_ID",
      name,
      `"${name}" ${fault}; give the owner's own name for the thing, such as "radhuspladsen-3"`,
    );
  }
  const text = encodeURIComponent(name.trim().normalize("NFC"));
  return `urn:ngsi-ld:${type}:${text.replace(/%3A/g, ":").replace(/%2F/g, "/")}`;
}
