import type { EndStatus, SinkStatus } from "../../api-types.js";
import { Mark } from "../parts/mark.js";
import { formatCount } from "../text/format-number.js";
import { shortName } from "../text/short-name.js";

const kinds: Record<EndStatus["kind"], string> = {
  serial: "serial",
  mqtt: "MQTT",
  "ngsi-ld": "NGSI-LD",
  webhook: "webhook",
  ldes: "LDES",
  "iot-agent": "IoT Agent",
  os2iot: "OS2iot",
  thingsboard: "ThingsBoard",
  sparkplug: "Sparkplug B",
  frost: "SensorThings",
};

/** Where readings come from, and where they go. */
export function EndsPanel(props: {
  readonly sources: readonly EndStatus[];
  readonly sinks: readonly SinkStatus[];
}) {
  return (
    <section class="panel ends" aria-labelledby="ends">
      <h2 id="ends">Sources and sinks</h2>
      <h3>Readings come from</h3>
      {props.sources.length === 0 && <p class="empty">No source is set up.</p>}
      <ul>
        {props.sources.map((source) => (
          <End key={source.name} end={source}>
            {formatCount(source.messages)} messages, {formatCount(source.errors)} errors
          </End>
        ))}
      </ul>
      <h3>Readings go to</h3>
      {props.sinks.length === 0 && (
        <p class="empty">No sink is set up: readings stay in the spool.</p>
      )}
      <ul>
        {props.sinks.map((sink) => (
          <End key={sink.name} end={sink}>
            {formatCount(sink.messages)} messages, {formatCount(sink.errors)} errors,{" "}
            {formatCount(sink.backlog)} waiting, {formatCount(sink.dropped)} dropped
          </End>
        ))}
      </ul>
    </section>
  );
}

function End(props: { readonly end: EndStatus; readonly children: preact.ComponentChildren }) {
  const { name, kind, state, detail } = props.end;
  return (
    <li>
      <p class="end-name">
        <b title={name}>{shortName(name)}</b> <span class="quiet">{kinds[kind]}</span>
        <span class={`state state-${state}`}>
          <Mark kind={state} />
          {state}
        </span>
      </p>
      {detail && <p class="end-detail">{detail}</p>}
      <p class="quiet">{props.children}</p>
    </li>
  );
}
