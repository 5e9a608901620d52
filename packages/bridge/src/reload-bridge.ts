import type { BridgeCore } from "./bridge-core.js";
import type { ResolvedConfig } from "./config/config.js";
import { planSinks, planSources } from "./make-ends.js";
import { changedSections, type ReloadReport, tellReload } from "./reload.js";
import type { RunningBridge } from "./running-bridge.js";

/**
 * Takes up another configuration while the bridge runs.
 *
 * @throws BridgeError for whatever is wrong in it, or in a file it names, before anything is changed
 */
export async function reloadBridge(
  core: BridgeCore,
  running: RunningBridge,
  wanted: ResolvedConfig,
): Promise<ReloadReport> {
  const { replay, sinks, sources, expiry } = running;
  const before = core.config;
  const { name, dataDir, spool, http, view, log } = before;
  const config = { ...wanted, name, dataDir, spool, http, view, log };
  // Each of these throws where something is wrong, while nothing has changed yet.
  const known = core.readKnown(config);
  planSinks(core.ends(config));
  const { mappings } = known;
  const planned = planSources({ ...running.sourceOptions(config), mappings });

  core.tellReplay(replay.around(() => core.know(config, known)));
  expiry.start();
  const { fresh, ...sinkChanges } = await sinks.apply(core.ends(config));
  for (const drain of fresh) void drain.run();
  const report: ReloadReport = {
    sinks: sinkChanges,
    sources: await sources.apply(planned),
    ...changedSections(before, wanted),
  };
  core.config = config;
  core.alarms.clear("CONFIG_REFUSED", "config");
  for (const warning of core.warnings) core.log.warn(warning);
  core.log.info({ report }, `the configuration was read again: ${tellReload(report)}`);
  return report;
}
