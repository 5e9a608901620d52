/** Who a kit is from, and how its payloads travel over LoRaWAN. */
export interface KitOptions {
  /** Name of the maker. */
  readonly maker: string;
  /** LoRaWAN port that stands for the schema, 1 to 223. Default: its id where that is one, else 1. */
  readonly port?: number;
  /** LoRaWAN port of commands, 1 to 223. Default: 1. */
  readonly commandPort?: number;
}

/** With every default filled in. */
export interface FilledKitOptions extends KitOptions {
  readonly port: number;
  readonly commandPort: number;
  /** The maker's name as an id: lower-case letters, digits and hyphens. */
  readonly makerId: string;
}

const LAST_PORT = 223;

/** Fills the defaults in. */
export function fillKitOptions(
  schema: { readonly id: number },
  options: KitOptions,
): FilledKitOptions {
  const { maker, port = schema.id <= LAST_PORT ? schema.id : 1, commandPort = 1 } = options;
  const makerId = maker
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return { maker, port, commandPort, makerId: makerId || "maker" };
}
