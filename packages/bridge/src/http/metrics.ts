import { Counter, Gauge, Registry } from "prom-client";
import type { BridgeStatus } from "../page/api-types.js";

/** Figures for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** The figures as they are now. */
  text(): Promise<string>;
}

/** Names start with `bollard_`; each figure is one that the status shows too. */
export function bridgeMetrics(status: () => BridgeStatus): Metrics {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `bollard_${name}`, help, labelNames, registers: [registry] });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `bollard_${name}`, help, labelNames, registers: [registry] });

  const up = gauge("healthy", "1 while nothing that arrives is in danger");
  const nodes = gauge("nodes", "Nodes seen, by freshness", ["state"]);
  const readingsIn = gauge("readings_in_per_second", "Over the last 10 s");
  const readingsOut = gauge("readings_out_per_second", "Over the last 10 s");
  const spoolEntries = gauge("spool_entries", "Entries on disk");
  const spoolBytes = gauge("spool_bytes", "Bytes on disk");
  const spoolMaxBytes = gauge("spool_max_bytes", "Most bytes on disk");
  const spoolBacklog = gauge("spool_backlog_entries", "Entries the slowest sink has not delivered");
  const spoolDropped = counter("spool_dropped_total", "Entries dropped at the bound");
  const ends = ["kind", "name"];
  const sourceUp = gauge("source_up", "1 while the source is connected", ends);
  const sourceMessages = counter("source_messages_total", "Messages that came in", ends);
  const sourceErrors = counter("source_errors_total", "Messages or frames refused", ends);
  const sinkUp = gauge("sink_up", "1 while the sink is connected", ends);
  const sinkMessages = counter("sink_messages_total", "Messages acknowledged by the sink", ends);
  const sinkErrors = counter("sink_errors_total", "Messages refused or set aside", ends);
  const sinkBacklog = gauge("sink_backlog_entries", "Entries not delivered", ends);
  const sinkDropped = counter("sink_dropped_total", "Entries dropped undelivered", ends);

  const setCounter = (target: Counter, labels: Record<string, string>, value: number) => {
    target.remove(labels);
    target.inc(labels, value);
  };
  const update = (now: BridgeStatus) => {
    up.set(now.health === "failing" ? 0 : 1);
    nodes.set({ state: "fresh" }, now.nodes.fresh);
    nodes.set({ state: "stale" }, now.nodes.stale);
    readingsIn.set(now.rates.readingsIn);
    readingsOut.set(now.rates.readingsOut);
    spoolEntries.set(now.spool.entries);
    spoolBytes.set(now.spool.bytes);
    spoolMaxBytes.set(now.spool.maxBytes);
    spoolBacklog.set(now.spool.backlog);
    setCounter(spoolDropped, {}, now.spool.dropped);
    for (const family of [sourceUp, sourceMessages, sourceErrors]) family.reset();
    for (const { kind, name, state, messages, errors } of now.sources) {
      sourceUp.set({ kind, name }, state === "up" ? 1 : 0);
      setCounter(sourceMessages, { kind, name }, messages);
      setCounter(sourceErrors, { kind, name }, errors);
    }
    for (const { kind, name, state, messages, errors, backlog, dropped } of now.sinks) {
      sinkUp.set({ kind, name }, state === "up" ? 1 : 0);
      sinkBacklog.set({ kind, name }, backlog);
      setCounter(sinkMessages, { kind, name }, messages);
      setCounter(sinkErrors, { kind, name }, errors);
      setCounter(sinkDropped, { kind, name }, dropped);
    }
  };
  return {
    contentType: registry.contentType,
    text: () => {
      update(status());
      return registry.metrics();
    },
  };
}
