import type { FleetRunOptions } from "../engine/fleet-run.js";
import { type FleetTarget, runNumberOf } from "../engine/fleet-target.js";
import { FleetError } from "../error.js";
import { planPhase } from "./plan-phases.js";
import { planStreet } from "./plan-street.js";
import { inShard, type LoadedScenario } from "./read-scenario.js";
import { type Shard, wholeFleet } from "./shard.js";

/** What may be said beside a scenario. */
export interface PlanOptions {
  /** In place of the scenario's; `host:port` or a name. */
  readonly host?: string;
  readonly port?: number;
  /** In place of the scenario's. */
  readonly seed?: number;
  /** Names the run in client ids and stamps, 0 to 65535. Default: by chance. */
  readonly run?: number;
  /** Default: all of it. */
  readonly shard?: Shard;
  /** So many times as many nodes, to try a scenario out; at least one a connection. Default: 1. */
  readonly scale?: number;
  /** All phases so many times as long. Default: 1. */
  readonly timeScale?: number;
  /** All rates so many times as high. Default: 1. */
  readonly rate?: number;
  /** Default: `engine`. */
  readonly driver?: FleetTarget["driver"];
  /** For tests. @internal */
  readonly openDriver?: FleetTarget["openDriver"];
}

/** What is played, and who is asked for. */
export type ScenarioPlan = Pick<
  FleetRunOptions,
  "target" | "streets" | "receivers" | "phases" | "connectsPerSecond"
> & { readonly run: number; readonly seed: number; readonly shard: Shard };

/**
 * A scenario as the engine plays it.
 *
 * @throws {@link FleetError} `FLEET_BAD_SCENARIO`
 */
export function planScenario(loaded: LoadedScenario, options: PlanOptions = {}): ScenarioPlan {
  const { scenario } = loaded;
  const { shard = wholeFleet, scale = 1, timeScale = 1, rate = 1 } = options;
  const seed = options.seed ?? scenario.seed ?? 1;
  // A shard's stamps are its own: another's receivers take them for another run's.
  const run = ((options.run ?? runNumberOf({})) + shard.index) % 65_536;
  const target = targetOf(loaded, options, run);
  const streets = scenario.streets.map((street) => {
    const { nodesPerConnection = 1 } = street;
    const nodes = Math.max(nodesPerConnection, Math.round(street.nodes * scale));
    return planStreet({ ...street, nodes }, { loaded, target, run, seed, shard });
  });
  if (streets.every(({ nodes }) => nodes.length === 0)) {
    const message = `there are fewer connections than the ${shard.count} shards`;
    throw new FleetError("FLEET_BAD_OPTION", "shard", message);
  }
  const { connectsPerSecond } = scenario.broker ?? {};
  return {
    run,
    seed,
    shard,
    target,
    streets,
    receivers: (scenario.receivers ?? []).map(({ filter, count = 1, share, qos = 1 }) => ({
      filter: inShard(filter, shard.index),
      count,
      qos,
      // A name of the run's own: what an earlier run left in a shared subscription is not counted.
      ...(share !== undefined && { share: `${share}-${run}` }),
    })),
    phases: scenario.phases.map(planPhase).map((phase) => ({
      ...phase,
      durationMs: phase.durationMs * timeScale,
      fromRate: phase.fromRate * rate,
      toRate: phase.toRate * rate,
      ...(phase.awayMs !== undefined && { awayMs: phase.awayMs * timeScale }),
    })),
    ...(connectsPerSecond !== undefined && {
      connectsPerSecond: connectsPerSecond / shard.count,
    }),
  };
}

function targetOf(
  { scenario, texts, credentials }: LoadedScenario,
  options: PlanOptions,
  run: number,
): FleetTarget {
  const { host, port, version, username, passwordFile, webSocketPath, reconnect, ...broker } =
    scenario.broker ?? {};
  const { keepAliveS, maxConnecting, maxInFlight, topicAliases, sourceAddresses } = broker;
  const fileText = (file: string | undefined) => (file === undefined ? undefined : texts.get(file));
  const [ca, cert, key] = [broker.caFile, broker.certFile, broker.keyFile].map(fileText);
  const isTls = broker.tls || ca !== undefined || cert !== undefined;
  const password = fileText(passwordFile)?.split(/\r?\n/, 1)[0];
  const own = username === undefined ? undefined : [{ username, ...(password && { password }) }];
  const all = credentials ?? own;
  const usedPort = options.port ?? port;
  return {
    host: options.host ?? host ?? "127.0.0.1",
    ...(usedPort !== undefined && { port: usedPort }),
    protocolVersion: version === "3.1.1" ? 4 : 5,
    run,
    reconnect: reconnect ?? {},
    ...(keepAliveS !== undefined && { keepAliveS }),
    ...(maxConnecting !== undefined && { maxConnecting }),
    ...(maxInFlight !== undefined && { maxInFlight }),
    ...(topicAliases !== undefined && { topicAliases }),
    ...(sourceAddresses !== undefined && { sourceAddresses }),
    ...(options.driver !== undefined && { driver: options.driver }),
    ...(options.openDriver !== undefined && { openDriver: options.openDriver }),
    ...(webSocketPath !== undefined && { webSocket: { path: webSocketPath } }),
    ...(all && { credentials: all }),
    ...(isTls && {
      tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
    }),
  };
}
