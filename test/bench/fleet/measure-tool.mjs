import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { startMosquitto } from "../bridge/mosquitto.mjs";

const RECEIVED = "$SYS/broker/publish/messages/received";
/** Linux counts a process's time in these: `getconf CLK_TCK`. */
const TICKS_PER_SECOND = 100;
/** A tool that has not ended so long after its time is ended, s. */
const GRACE_S = 20;

/**
 * Runs a load tool against a fresh mosquitto of its own and looks at both from outside, each time
 * that the broker tells what it has received, once a second: all tools are measured alike, without
 * what they do before and after.
 *
 * @param load - `seconds` to send; `isEndless` where the tool does not know, and is ended then.
 *   Without `isPaced` a tool may have handed all that it sends to the system before the broker has
 *   taken the half of it, so all of its processor time counts, and all messages
 * @param commandOf - from the broker's port: the command and its arguments
 * @returns `perSecond` as the broker counts it, `cpuSPerMillion` of the tool, `brokerShare` of a
 *   core, `rssMb` the tool's most; beside them what the tool printed as JSON. All undefined but
 *   `failure` where it could not be measured.
 */
export async function measureTool({ seconds, isPaced, isEndless = false }, commandOf) {
  const folder = mkdtempSync(join(tmpdir(), "bollard-bench-fleet-"));
  const broker = await startMosquitto(folder, { more: ["sys_interval 1"] });
  const watcher = await connectAsync(broker.url, { clientId: "bench-watcher" });
  const [command, ...args] = commandOf(broker.port);
  const tool = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let complaint = "";
  tool.stdout.on("data", (chunk) => {
    out = (out + chunk).slice(-100_000);
  });
  tool.stderr.on("data", (chunk) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  const samples = [];
  let rssMb = 0;
  let ending;
  watcher.on("message", (_, payload) => {
    if (isEndless && Number(payload) > 0) {
      ending ??= setTimeout(() => tool.kill(), seconds * 1000);
    }
    try {
      rssMb = Math.max(rssMb, residentMb(tool.pid));
      samples.push({
        atS: performance.now() / 1000,
        count: Number(payload),
        toolS: processorS(tool.pid),
        brokerS: processorS(broker.pid),
      });
    } catch {
      // The tool has ended since.
    }
  });
  await watcher.subscribeAsync(RECEIVED);
  const timer = setTimeout(() => tool.kill("SIGKILL"), (2 * seconds + GRACE_S) * 1000);
  try {
    const [code] = await once(tool, "close");
    clearTimeout(timer);
    clearTimeout(ending);
    const told = lastJson(out);
    const steady = steadyPart(samples);
    if (!steady) {
      return { failure: `exit code ${code}, sent for too short a time: ${complaint.slice(-300)}` };
    }
    const [first, last] = steady;
    const messages = last.count - first.count;
    const elapsedS = last.atS - first.atS;
    const paid = isPaced ? (last.toolS - first.toolS) / messages : last.toolS / last.count;
    return {
      ...told,
      perSecond: messages / elapsedS,
      cpuSPerMillion: paid * 1e6,
      brokerShare: (last.brokerS - first.brokerS) / elapsedS,
      rssMb,
    };
  } finally {
    await watcher.endAsync(true);
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * From the first look after messages began to arrive to the last before they became few; mosquitto
 * tells its counts about every two seconds.
 */
function steadyPart(samples) {
  const rates = samples.map(({ count, atS }, i) =>
    i === 0 ? 0 : (count - samples[i - 1].count) / (atS - samples[i - 1].atS),
  );
  const enough = Math.max(...rates) / 2;
  const first = rates.findIndex((rate) => rate > enough);
  const last = rates.findLastIndex((rate) => rate > enough);
  return last > first ? [samples[first], samples[last]] : undefined;
}

function processorS(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which may have spaces and brackets in it: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentMb(pid) {
  const [, kilobytes = "0"] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}

function lastJson(out) {
  const line = out.trim().split("\n").at(-1) ?? "";
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
