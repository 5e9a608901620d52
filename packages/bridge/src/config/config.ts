/** What one bridge reads, keeps and sends on. Every key has a default but the names and addresses. */
export interface BridgeConfig {
  /** Part of its MQTT client ids; different from every other bridge's. Default: `bollard`. */
  readonly name?: string;
  /** Holds the spool and what must outlive a restart. Default: `bollard-data`. */
  readonly dataDir?: string;
  /** Files of the schemas that the nodes speak. Default: none. */
  readonly schemas?: readonly string[];
  /** Where readings come from. Default: nowhere. */
  readonly sources?: {
    readonly serial?: readonly SerialSourceConfig[];
    readonly mqtt?: readonly MqttSourceConfig[];
    readonly lorawan?: readonly LorawanSourceConfig[];
    readonly foreign?: readonly ForeignSourceConfig[];
  };
  /** Where readings go. Default: to the page only. */
  readonly sinks?: {
    readonly mqtt?: readonly MqttSinkConfig[];
    readonly ngsiLd?: readonly NgsiLdSinkConfig[];
    readonly webhook?: readonly WebhookSinkConfig[];
    readonly ldes?: readonly LdesSinkConfig[];
    readonly iotAgent?: readonly IotAgentSinkConfig[];
    readonly os2iot?: readonly Os2iotSinkConfig[];
    readonly thingsBoard?: readonly ThingsBoardSinkConfig[];
    readonly sparkplug?: readonly SparkplugSinkConfig[];
    readonly frost?: readonly FrostSinkConfig[];
  };
  readonly nodes?: RegistryConfig;
  /** Name of a schema to how its fields are made less telling. Default: none. */
  readonly privacy?: Readonly<Record<string, SchemaPrivacyConfig>>;
  readonly spool?: SpoolConfig;
  readonly http?: HttpConfig;
  readonly view?: ViewConfig;
  readonly log?: { readonly level?: LogLevel };
}

/** From the quietest to the loudest. */
export type LogLevel = "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace";

/** A group of serial ports with the same settings. */
export interface SerialSourceConfig {
  /** Shown on the page and kept with each reading. */
  readonly name: string;
  /** Each a path, or a pattern with `*` and `?`. Default: `/dev/serial/by-id/*`. */
  readonly ports?: readonly string[];
  /** Line speed, baud. Default: 115200. */
  readonly baudRate?: number;
  /** Line speeds to try in turn where no node is heard at `baudRate`, baud. Default: none. */
  readonly otherBaudRates?: readonly number[];
  /** Leaves DTR on when a port is closed, so that opening it does not reset an Arduino. Default: true. */
  readonly keepDtr?: boolean;
  /** Time between two looks for ports, ms; the folders are watched as well. Default: 2000. */
  readonly pollMs?: number;
  /** Silence after which a port is opened anew, ms; 0: never. Default: 900000. */
  readonly silenceMs?: number;
  /** Most bytes waiting to be written to a port; more are dropped and counted. Default: 65536. */
  readonly maxQueueBytes?: number;
}

/** Certificates of an MQTT connection, in PEM files; read again before each connection. */
export interface MqttTlsConfig {
  /** Of those who may have signed the broker's certificate. Default: the system's. */
  readonly caFile?: string | undefined;
  /** Our own certificate, where the broker asks for one; with `keyFile`. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name that the broker's certificate has to be for. Default: the host of the address. */
  readonly serverName?: string | undefined;
}

/** Certificates of an HTTP connection, in PEM files. */
export type HttpTlsConfig = Omit<MqttTlsConfig, "serverName">;

/** What every MQTT connection has. */
export interface MqttEndConfig {
  /** Part of the client id and of what is kept on disk, so do not change it. */
  readonly name: string;
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  /** Default: `<bridge>-<name>`. */
  readonly clientId?: string;
  /** Default: 3.1.1. */
  readonly version?: "3.1.1" | "5";
  readonly username?: string | undefined;
  /** Its first line is the password, or a token; read again before each connection. */
  readonly passwordFile?: string | undefined;
  /** For `mqtts:` only. Default: the system's certificates, and none of our own. */
  readonly tls?: MqttTlsConfig;
  /** Seconds. Default: 30. */
  readonly keepAliveS?: number;
}

/** What every end has that messages come from over MQTT. */
export interface MqttInConfig extends MqttEndConfig {
  /** Name of a shared subscription: several bridges share the messages, in no order. Default: none. */
  readonly share?: string | undefined;
  /** Which of several bridges this is, each with nodes of its own. Default: it takes all nodes. */
  readonly split?: { readonly part: number; readonly of: number } | undefined;
  /** Most messages the broker may send ahead of our acknowledgement. Default: 1000. */
  readonly receiveMaximum?: number;
}

/** A broker that nodes publish payloads to. */
export interface MqttSourceConfig extends MqttInConfig {
  /**
   * `{node}` stands for the node's id, `{schema}` for the name or id of a schema; `+` and a last `#`
   * for what does not matter. Default: `bollard/{node}/up`.
   */
  readonly topic?: string;
  /** Where commands for a node are published, with `{node}`. Default: nowhere, no commands. */
  readonly down?: string | undefined;
}

/** A LoRaWAN network server that publishes uplinks as JSON. */
export interface LorawanSourceConfig extends MqttInConfig {
  readonly server: "the-things-stack" | "chirpstack";
  /** Default: every device of every application that the user may read. */
  readonly topic?: string;
  /** Port to the name or id of a schema. Default: a port stands for the schema of that id. */
  readonly ports?: Readonly<Record<string, string | number>>;
  /** Port of downlinks with commands, 1 to 223. Default: 1. */
  readonly downPort?: number;
}

/** How messages of sensors that speak none of our schemas become readings of one. */
export interface ForeignMappingConfig {
  /** Default: json. */
  readonly format?: "json" | "csv" | "senml";
  /** Names of the columns of CSV. Default: each has its number, from 1 on. */
  readonly columns?: readonly string[];
  /** Between two columns of CSV. Default: a comma. */
  readonly delimiter?: string;
  /** Name or id of the schema that the readings are of. */
  readonly schema: string | number;
  /** The node's id, with `{…}` for what the topic tells, or `{port}`. Default: `{node}`. */
  readonly node?: string;
  /** Where the message tells the node's id; goes before `node`. Default: nowhere. */
  readonly nodeFrom?: string | undefined;
  /** Where the message tells its time: ISO 8601, or Unix seconds or ms. Default: its arrival. */
  readonly timeFrom?: string | undefined;
  /** Field of the schema to where its value is. */
  readonly fields: Readonly<Record<string, ForeignFieldConfig>>;
}

/** Where the value of one field is, and what it means. */
export interface ForeignFieldConfig {
  /** JSON pointer, member or dotted members; name or number of a column; name of a SenML record. */
  readonly from: string;
  /** SenML name of the unit it comes in. Default: that of the field, or what a SenML record says. */
  readonly unit?: string | undefined;
  /** What comes to what is meant, such as `{ "OPEN": true }`. Default: as it comes. */
  readonly values?: Readonly<Record<string, string | number | boolean>>;
}

/** Where foreign messages are published; as an MQTT source. */
export interface ForeignMqttConfig extends Omit<MqttInConfig, "name" | "split"> {
  /** `{name}` stands for what `node` may use; `+` and a last `#` for what does not matter. */
  readonly topic: string;
}

/** Ports on which foreign sensors print lines. */
export interface ForeignSerialConfig {
  /** Each a path, or a pattern with `*` and `?`. */
  readonly ports: readonly string[];
  /** Line speed, baud. Default: 9600. */
  readonly baudRate?: number;
  /** Time between two looks for ports, ms. Default: 2000. */
  readonly pollMs?: number;
  /** A longer line is left out and counted. Default: 4096. */
  readonly maxLineBytes?: number;
}

/** Sensors that are not ours, over MQTT or on serial ports: one of the two. */
export interface ForeignSourceConfig extends ForeignMappingConfig {
  /** Names the mapping; kept with each message, so do not change it. */
  readonly name: string;
  readonly mqtt?: ForeignMqttConfig | undefined;
  readonly serial?: ForeignSerialConfig | undefined;
}

/** A broker that the city reads from. */
export interface MqttSinkConfig extends MqttEndConfig, SinkPaceConfig {
  /** Stands for `{prefix}` in the topics. Default: `bollard`. */
  readonly prefix?: string;
  /** Default: senml and ngsi-ld. */
  readonly formats?: readonly SinkFormat[];
  /** Where each form is published. */
  readonly topics?: SinkTopicsConfig;
  /** The newest reading of each node is published with the retain flag. Default: true. */
  readonly retain?: boolean;
  /** Birth and death of the bridge and the state of each node are published. Default: true. */
  readonly status?: boolean;
  /** Commands for nodes are taken from this broker. Default: none are. */
  readonly commands?: SinkCommandsConfig | undefined;
  /** Announces the nodes to Home Assistant, and publishes JSON for it. Default: not. */
  readonly homeAssistant?: { readonly prefix?: string } | undefined;
  /** Most messages sent ahead of the broker's acknowledgement, 1 to 1000. Default: 256. */
  readonly inFlight?: number;
}

/** How a sink works off what waits for it. */
export interface SinkPaceConfig {
  /** Whether what is new goes before a backlog. Default: in-order. */
  readonly order?: "in-order" | "live-first";
  /** Messages it may be behind before it holds the spool no more. Default: no bound of its own. */
  readonly maxBehind?: number | undefined;
}

/** The forms a reading is published in: `raw` is the payload as it came. */
export type SinkFormat = "senml" | "ngsi-ld" | "json" | "raw";

/** Where commands come in, and what came of them goes out. */
export interface SinkCommandsConfig {
  /** With `{node}`, and `{command}` where the topic tells it. Default: `{prefix}/{node}/command`. */
  readonly topic?: string;
  /** Default: `{prefix}/{node}/result`. */
  readonly resultTopic?: string;
}

/** Topics, with `{prefix}`, `{node}` and `{schema}` in them. */
export interface SinkTopicsConfig {
  /** Default: `{prefix}/{node}/{schema}/senml`. */
  readonly senml?: string;
  /** With `{type}`, the type of the entity. Default: `{prefix}/{node}/{schema}/ngsi-ld/{type}`. */
  readonly ngsiLd?: string;
  /** Default: `{prefix}/{node}/{schema}/json`. */
  readonly json?: string;
  /** Default: `{prefix}/{node}/{schema}/raw`. */
  readonly raw?: string;
  /** Default: `{prefix}/{node}/status`. */
  readonly nodeStatus?: string;
  /** With `{bridge}`, the bridge's name. Default: `{prefix}/bridge/{bridge}/status`. */
  readonly bridgeStatus?: string;
}

/** An NGSI-LD context broker. */
export interface NgsiLdSinkConfig extends SinkPaceConfig {
  /** Names it on the page and on disk, so do not change it. */
  readonly name: string;
  /** Without `/ngsi-ld/v1`, such as `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Value of the `NGSILD-Tenant` header. Default: the broker's own default. */
  readonly tenant?: string | undefined;
  /** Its first line is a bearer token; read again when it changes. */
  readonly tokenFile?: string | undefined;
  /** OAuth 2 client credentials. */
  readonly oauth?:
    | {
        readonly tokenUrl: string;
        readonly clientId: string;
        readonly clientSecretFile: string;
        readonly scope?: string | undefined;
      }
    | undefined;
  /** For `https:` only. Default: the system's certificates, and none of our own. */
  readonly tls?: HttpTlsConfig;
  /** How the `@context` travels. Default: inline. */
  readonly context?: "inline" | "link";
  /** For terms that no model has: where the broker finds the context, and a file with the same. */
  readonly contexts?: readonly { readonly url: string; readonly file: string }[];
  /** Base address under which the broker reaches our `/contexts/`. Default: the published ones. */
  readonly contextsServedAt?: string | undefined;
  /** Of several readings of one thing that wait only the newest becomes its state. Default: true. */
  readonly coalesce?: boolean;
  /** What goes to the temporal interface. Default: superseded. */
  readonly history?: "superseded" | "all" | "off";
  /** Each node is registered as a Device, and each schema as a DeviceModel. Default: true. */
  readonly devices?: boolean;
  /** Who makes the nodes, as their DeviceModel names it. Default: `not stated`. */
  readonly manufacturer?: string;
  /** When a request is given up, ms. Default: 10000. */
  readonly timeoutMs?: number;
  /** Most entities in a request. Default: 100. */
  readonly maxBatch?: number;
  /** Most requests at a time. Default: 4. */
  readonly maxParallel?: number;
  /** Most messages on their way. Default: 500. */
  readonly window?: number;
}

/** Which entities a sink is about. */
export interface EntityFilterConfig {
  /** Only these types of entities. Default: all. */
  readonly types?: readonly string[];
  /** Only entities of the nodes with these names. Default: of all. */
  readonly nodes?: readonly string[];
  /** Only entities with one of these attributes, and only these of them. Default: all. */
  readonly attrs?: readonly string[];
  /** West, south, east, north in WGS 84 degrees. Default: everywhere. */
  readonly bbox?: readonly [number, number, number, number] | undefined;
}

/** Who is told of each new reading over HTTP. */
export interface WebhookSinkConfig extends EntityFilterConfig {
  /** Names it on the page and on disk, so do not change it. */
  readonly name: string;
  /** Where messages are posted. */
  readonly url: string;
  /** Each line is a secret to sign with, 16 bytes or more; read again for each message. */
  readonly secretFile: string;
  /** For `https:` only. Default: the system's certificates, and none of our own. */
  readonly tls?: HttpTlsConfig;
  /** Default: normalized. */
  readonly form?: "normalized" | "keyValues" | "concise";
  /** When a request is given up, ms. Default: 10000. */
  readonly timeoutMs?: number;
  /** Most entities in a message. Default: 100. */
  readonly maxBatch?: number;
  /** Most messages from nodes on their way. Default: 200. */
  readonly window?: number;
  /** Messages it may be behind before it holds the spool no more. Default: 100000. */
  readonly maxBehind?: number;
}

/** A Linked Data Event Stream in page files. */
export interface LdesSinkConfig extends EntityFilterConfig {
  /** Part of its addresses, so do not change it. */
  readonly name: string;
  /** Where its pages are. Default: `ldes/<name>` in the data folder. */
  readonly folder?: string | undefined;
  /** Most members in a page. Default: 500. */
  readonly membersPerPage?: number;
  /** A page with an older first member is closed when the next comes, minutes. Default: 60. */
  readonly closeAfterMinutes?: number;
  /** Closed pages; beyond it the oldest is deleted. Default: 1000. */
  readonly keepPages?: number;
  /** Most messages from nodes on their way. Default: 500. */
  readonly window?: number;
}

/** A platform that takes readings over MQTT, or over HTTP by requests. */
interface EitherEndConfig extends Omit<MqttEndConfig, "tls">, SinkPaceConfig {
  /** `mqtt:`, `mqtts:`, `http:` or `https:`. */
  readonly url: string;
  readonly tls?: HttpTlsConfig;
  /** When a request is given up, ms. Default: 10000. */
  readonly timeoutMs?: number;
  /** Most messages sent ahead of the far end's acknowledgement, 1 to 1000. Default: 256. */
  readonly inFlight?: number;
}

/** FIWARE's IoT Agent for JSON. */
export interface IotAgentSinkConfig extends EitherEndConfig {
  /** Each model's group has this, a hyphen and the model's name as its key. Default: `bollard`. */
  readonly apiKey?: string;
  /** Default: `/iot/json`. */
  readonly resource?: string;
  /** Makes groups and devices. Default: they are there already. */
  readonly provision?:
    | {
        /** Without `/iot`, such as `http://iot-agent:4041`. */
        readonly url: string;
        /** Default: `openiot`. */
        readonly service?: string;
        /** Default: `/`. */
        readonly servicePath?: string;
      }
    | undefined;
  /** Commands are taken, over MQTT. Default: false. */
  readonly commands?: boolean;
}

/** OS2iot. */
export interface Os2iotSinkConfig extends EitherEndConfig {
  /** Node's name to its device there; YAML or JSON. */
  readonly devicesFile: string;
}

/** ThingsBoard, as a gateway. */
export interface ThingsBoardSinkConfig
  extends Omit<MqttEndConfig, "username" | "passwordFile">,
    SinkPaceConfig {
  /** Its first line is the gateway's access token; read again before each connection. */
  readonly tokenFile: string;
  /** Commands are taken. Default: false. */
  readonly commands?: boolean;
  /** Most messages sent ahead of the broker's acknowledgement, 1 to 1000. Default: 256. */
  readonly inFlight?: number;
}

/** A broker where Sparkplug B is spoken. */
export interface SparkplugSinkConfig extends MqttEndConfig {
  /** Default: `bollard`. */
  readonly group?: string;
  /** Id of the edge node. Default: the bridge's name. */
  readonly edge?: string;
  /** Readings wait for as long as this host is not there. Default: they wait for none. */
  readonly primaryHost?: string | undefined;
  /** Commands are taken. Default: false. */
  readonly commands?: boolean;
  readonly maxBehind?: number | undefined;
  /** Most messages from nodes on their way. Default: 200. */
  readonly window?: number;
}

/** A SensorThings server. */
export interface FrostSinkConfig extends SinkPaceConfig {
  /** Names it on the page and on disk, so do not change it. */
  readonly name: string;
  /** With its version, such as `https://frost.example/FROST-Server/v1.1`. */
  readonly url: string;
  /** Its first line is a bearer token; read again for each request. */
  readonly tokenFile?: string | undefined;
  /** For basic authentication, with `passwordFile`. */
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly tls?: HttpTlsConfig;
  /** When a request is given up, ms. Default: 10000. */
  readonly timeoutMs?: number;
  /** Most messages from nodes on their way. Default: 200. */
  readonly window?: number;
}

/** What the owner knows of the nodes. */
export interface RegistryConfig {
  /** What becomes of nodes that are not listed. Default: hold. */
  readonly unknown?: "hold" | "accept";
  /**
   * YAML, JSON or CSV file: node id to {@link NodeConfig}. Changes by page and API are written to it.
   * Default: `nodes.yaml` in the data folder.
   */
  readonly file?: string | undefined;
  /** Node id to what is known of it; goes before the file. Default: none. */
  readonly list?: Readonly<Record<string, NodeConfig>>;
}

/** What the owner knows of one node. */
export interface NodeConfig {
  /** The owner's name, part of topics and entity ids. Default: the node's id. */
  readonly name?: string | undefined;
  /** Names of the schemas it speaks; messages of another are held. Default: any. */
  readonly schemas?: readonly string[] | undefined;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number] | undefined;
  /** Height of the sensor above the ground, m. */
  readonly heightM?: number | undefined;
  /** When it was put up: `2026-05-01`, or `2026-05-01T12:00:00Z`. */
  readonly installed?: string | undefined;
  /** When it was taken down: what comes later is held. */
  readonly removed?: string | undefined;
  /** Field name to its correction, or to several that hold one after the other. Default: none. */
  readonly calibration?: Readonly<Record<string, Calibration | readonly Calibration[]>>;
  /** Type of an entity to attributes that the owner knows and no sensor tells. Default: none. */
  readonly entities?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** The owner's own words. Default: none. */
  readonly tags?: readonly string[];
}

/** `value × gain + offset`, the offset in the field's unit. Default: gain 1, offset 0. */
export interface Calibration {
  readonly gain?: number | undefined;
  readonly offset?: number | undefined;
  /** For readings observed from then on. Default: always. */
  readonly validFrom?: string | undefined;
}

/** How one schema's readings are made less telling, for every sink and the page alike. */
export interface SchemaPrivacyConfig {
  /** Times are rounded down to a multiple of this, seconds. Default: 0, as they are. */
  readonly timeStepS?: number;
  /** Field name to its rule. A field that concerns persons and has none never leaves. */
  readonly fields?: Readonly<Record<string, FieldPrivacyConfig>>;
}

/** How one field is made less telling. */
export interface FieldPrivacyConfig {
  /** It never leaves; `spool`: it does not even come to the disk. */
  readonly drop?: "pipeline" | "spool" | undefined;
  /** A number above 0 and below this is left out. */
  readonly atLeast?: number | undefined;
  /** A number is rounded down to a multiple of this; a position to a grid of so many degrees. */
  readonly step?: number | undefined;
  /** It leaves as it is: for what purpose, and on whose word. */
  readonly allow?: string | undefined;
  /** Whole hours after which it is off the disk and the page. Default: as long as its message. */
  readonly keepHours?: number | undefined;
}

/** The log on disk. */
export interface SpoolConfig {
  /** Most that waits for the sinks on disk, bytes. Default: 268435456. */
  readonly maxBytes?: number;
  /** What happens at that bound. Default: `drop-oldest`, counted. */
  readonly whenFull?: "drop-oldest" | "thin" | "refuse";
  /** Schemas whose messages thinning leaves, as it does alarms of the serial link. Default: none. */
  readonly neverThinned?: readonly string[];
  /** Most that is kept on disk after every sink has had it, bytes. Default: 268435456. */
  readonly historyBytes?: number;
  /** How long that is kept at most, days. Default: 7. */
  readonly historyDays?: number;
  /** Longest wait before entries are forced to the disk, ms. Default: 1000. */
  readonly commitDelayMs?: number;
}

/** The bridge's own web server. */
export interface HttpConfig {
  /** Default: true. */
  readonly enabled?: boolean;
  /** Address to listen on; any but loopback needs a `tokenFile`. Default: 127.0.0.1. */
  readonly host?: string;
  /** Its first line is the token to log in with, 16 characters or more. Default: no login. */
  readonly tokenFile?: string | undefined;
  /** Host names besides the machine's own, such as that of a proxy in front. Default: none. */
  readonly names?: readonly string[];
  /** 0 takes any free one. Default: 8080. */
  readonly port?: number;
  /** When the port is in use, try up to 50 higher ones. Default: false. */
  readonly nextFreePort?: boolean;
  /** Most pages that watch at a time. Default: 64. */
  readonly maxEventStreams?: number;
  readonly read?: ReadConfig;
}

/** What the city reads below `/v1` and `/v1.1`. */
export interface ReadConfig {
  /** Who may: `page` is whoever may see the page. Default: page. */
  readonly access?: "page" | "token" | "open" | "off";
  /** Its first line is a token that opens nothing else, 16 characters or more. Default: none. */
  readonly tokenFile?: string | undefined;
  /** Most requests of one address in a minute. Default: 600. */
  readonly requestsPerMinute?: number;
}

/** What the page shows. */
export interface ViewConfig {
  /** Readings kept for the plots, for each node and schema. Default: 720. */
  readonly historyPoints?: number;
  /** Most nodes shown. Default: 10000. */
  readonly maxNodes?: number;
  /** When a silent node counts as stale, ms; 0: three report intervals. Default: 0. */
  readonly staleAfterMs?: number;
}

/** The configuration with every default filled in. */
export type ResolvedConfig = Filled<BridgeConfig>;

/** T with nothing left out, at any depth. */
export type Filled<T> = T extends readonly [unknown, ...unknown[]]
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Filled<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]-?: Filled<T[Key]> }
      : T;
