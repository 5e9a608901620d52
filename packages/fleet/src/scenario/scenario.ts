import type { PayloadFormName } from "../payloads/payload-form.js";
import type { FieldModel } from "../readings/field-model.js";
import type { PhaseKind } from "./plan-phases.js";

/** A scenario as its file has it; `scenario.schema.json` says what each key means. */
export interface Scenario {
  readonly name: string;
  readonly description?: string;
  readonly seed?: number;
  readonly simulatedTime?: { readonly start?: string; readonly speed?: number };
  readonly broker?: ScenarioBroker;
  readonly streets: readonly ScenarioStreet[];
  readonly receivers?: readonly ScenarioReceiver[];
  readonly phases: readonly ScenarioPhase[];
  readonly expect?: ScenarioExpectations;
}

/** The broker, and how clients connect to it. */
export interface ScenarioBroker {
  readonly host?: string;
  readonly port?: number;
  readonly version?: "3.1.1" | "5" | 5;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly credentials?: string;
  readonly tls?: boolean;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly webSocketPath?: string;
  readonly keepAliveS?: number;
  readonly maxConnecting?: number;
  readonly connectsPerSecond?: number;
  readonly maxInFlight?: number;
  readonly topicAliases?: boolean;
  readonly sourceAddresses?: readonly string[];
  readonly reconnect?: { readonly minDelayMs?: number; readonly maxDelayMs?: number };
}

/** Nodes that do the same. */
export interface ScenarioStreet {
  readonly name: string;
  readonly nodes: number;
  readonly everyS: number;
  readonly schema?: string;
  readonly payload?: {
    readonly form?: PayloadFormName;
    readonly template?: string;
    readonly model?: string;
    readonly bytes?: number;
  };
  readonly topic?: string;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly nodesPerConnection?: number;
  readonly readings?: {
    readonly replay?: string;
    readonly models?: Readonly<Record<string, FieldModel>>;
    readonly dropout?: number;
  };
  readonly will?: {
    readonly topic: string;
    readonly payload?: string;
    readonly qos?: 0 | 1 | 2;
    readonly retain?: boolean;
  };
  readonly place?: {
    readonly latitude: number;
    readonly longitude: number;
    readonly radiusM?: number;
  };
  readonly faults?: {
    readonly flapping?: { readonly share: number; readonly everyS: number };
    readonly badPayload?: { readonly share: number; readonly every?: number };
    readonly duplicateClientId?: { readonly share: number };
    readonly clockSkew?: { readonly share: number; readonly seconds: number };
    readonly rollout?: {
      readonly schema: string;
      readonly share?: number;
      readonly fromS?: number;
      readonly overS?: number;
    };
  };
}

/** Connections that subscribe to one filter. */
export interface ScenarioReceiver {
  readonly filter: string;
  readonly count?: number;
  readonly share?: string;
  readonly qos?: 0 | 1 | 2;
}

/** A part of the run. */
export interface ScenarioPhase {
  readonly kind: PhaseKind;
  readonly name?: string;
  readonly durationS: number;
  readonly rate?: number;
  readonly fromRate?: number;
  readonly share?: number;
  readonly awayS?: number;
  readonly topics?: number;
  readonly faults?: boolean;
  readonly expect?: Pick<ScenarioExpectations, "latencyP50Ms" | "latencyP99Ms" | "latencyMaxMs">;
}

/** What has to hold. */
export interface ScenarioExpectations {
  readonly latencyP50Ms?: number;
  readonly latencyP99Ms?: number;
  readonly latencyP999Ms?: number;
  readonly latencyMaxMs?: number;
  readonly connectP99Ms?: number;
  readonly lost?: number;
  readonly duplicates?: number;
  readonly outOfOrder?: number;
  readonly missed?: number;
  readonly unacknowledged?: number;
  readonly refused?: number;
  readonly brokenConnections?: number;
  readonly failedConnects?: number;
  readonly latenessP99Ms?: number;
  readonly rateHeld?: number;
  readonly sentPerSecond?: number;
  readonly connectsPerSecond?: number;
}
