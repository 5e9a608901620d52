import {
  type Entity,
  entityId,
  type LdContext,
  toDevice,
  toDeviceModel,
  unitCode,
} from "@bollard/ngsi-ld";
import type { Delivery } from "../../delivery.js";
import { withFacts } from "../../registry/node-facts.js";
import type { RegisteredNode } from "../../registry/registry.js";
import type { KnownSchema } from "../../schema-set.js";

/** Devices remembered as registered; beyond it the one that came first is registered anew. */
const MAX_DEVICES = 100_000;

/** What registrations say beside node and schema. */
export interface DeviceRegistrationOptions {
  /** Who makes the nodes, as the DeviceModel names it. */
  readonly manufacturer: string;
  readonly contextOf: (type: string) => LdContext;
}

/** What was registered of a node: as the registry had it, and what it had spoken until then. */
interface RegisteredDevice {
  readonly node: RegisteredNode;
  readonly schemas: readonly KnownSchema[];
}

const nothing: readonly Entity[] = [];

/**
 * Makes the Device of each node, and the DeviceModel of each schema, when it first speaks: links from
 * measurements then lead to something. It does so again when the registry says something new of it.
 */
export class DeviceRegistration {
  readonly #options: DeviceRegistrationOptions;
  /** By the entity's id. */
  readonly #devices = new Map<string, RegisteredDevice>();
  readonly #models = new Map<string, KnownSchema>();

  constructor(options: DeviceRegistrationOptions) {
    this.#options = options;
  }

  /** The entities that the broker does not have, or has otherwise; they count as registered now. */
  take({ node, schema }: Delivery): readonly Entity[] {
    const id = entityId("Device", node.name);
    const known = this.#devices.get(id);
    if (known?.node === node && known.schemas.includes(schema)) return nothing;
    const schemas = [...new Set([...(known?.schemas ?? []), schema])];
    this.#devices.set(id, { node, schemas });
    const eldest = this.#devices.keys().next();
    if (this.#devices.size > MAX_DEVICES && !eldest.done) this.#devices.delete(eldest.value);

    const model = entityId("DeviceModel", schema.schema.name);
    const isKnown = this.#models.get(model) === schema;
    this.#models.set(model, schema);
    const entities = [
      isKnown ? undefined : this.#toDeviceModel(model, schema),
      this.#toDevice(id, node, schemas),
    ];
    return entities.filter((entity) => entity !== undefined);
  }

  /** What these ids name is taken to be missing at the broker. */
  forget(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      this.#devices.delete(id);
      this.#models.delete(id);
    }
  }

  #toDeviceModel(id: string, schema: KnownSchema): Entity | undefined {
    const { name, title, description, fields } = schema.schema;
    const units = fields.map((field) => ("unit" in field ? field.unit : undefined));
    return toDeviceModel({
      id,
      name,
      manufacturer: this.#options.manufacturer,
      brand: title ?? name,
      ...(description !== undefined && { description }),
      measures: measuresOf(schema),
      unitCodes: units.flatMap((unit) => (unit === undefined ? [] : (unitCode(unit) ?? []))),
      context: this.#options.contextOf("DeviceModel"),
    });
  }

  #toDevice(id: string, node: RegisteredNode, schemas: readonly KnownSchema[]): Entity | undefined {
    const { position } = node;
    const [first] = schemas;
    const device = toDevice({
      id,
      name: node.name,
      serialNumber: node.id,
      ...(first && { refDeviceModel: entityId("DeviceModel", first.schema.name) }),
      measures: schemas.flatMap(measuresOf),
      ...(position && { location: { longitude: position[0], latitude: position[1] } }),
      context: this.#options.contextOf("Device"),
    });
    return device && withFacts(device, node.facts?.get("Device"));
  }
}

function measuresOf({ schema }: KnownSchema) {
  return schema.fields.flatMap(({ maps }) => maps);
}
