import type { MqttMessage } from "@bollard/mqtt-engine";
import type { PlatformCommand, PlatformMessage, PlatformResult } from "@bollard/platforms";
import type { Delivery } from "../../delivery.js";
import type { HttpRequest } from "../http-sender.js";
import type { Sink } from "../sink.js";

/** What a platform is told of a delivery. */
export interface Told<Out> {
  readonly out: readonly Out[];
  /** Why something of it is not told, in words. */
  readonly refusals: readonly string[];
}

/** A command that came in, and how the platform hears what came of it. */
export interface Asked {
  readonly command: PlatformCommand & { readonly schema?: string };
  readonly answer: (result: PlatformResult) => PlatformMessage;
}

/** What every platform has. */
interface AnyPlatform<Out> {
  readonly kind: Sink["kind"];
  tell(delivery: Delivery): Promise<Told<Out>> | Told<Out>;
  /** What has to be made over HTTP before readings are told; each once. Default: nothing. */
  preparationsOf?(delivery: Delivery): readonly Preparation[];
}

/** A platform that takes readings from a broker. */
export interface MqttPlatform extends AnyPlatform<PlatformMessage> {
  /** Told on each connection before the first readings of a node and schema. Default: nothing. */
  introduce?(delivery: Delivery): readonly PlatformMessage[];
  /** Where commands come from. Default: there are none. */
  readonly commands?: {
    readonly filters: readonly string[];
    take(message: MqttMessage): readonly Asked[];
  };
}

/** A platform that readings are posted to. */
export interface HttpPlatform extends AnyPlatform<HttpRequest> {
  /** Answers that are about one node here, so that others go on. Default: none but the usual. */
  readonly refusals?: ReadonlySet<number>;
}

/** Something that has to be there, and is made where it is not. */
export interface Preparation {
  /** Names it: what was made once is not asked for again. */
  readonly key: string;
  readonly make: HttpRequest;
  /** Sent where it is there already, with status 409. Default: it is left as it is. */
  readonly renew?: HttpRequest;
}
