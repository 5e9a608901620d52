// What many people write first: lines from serial ports and messages from a broker, passed on to
// another broker with QoS 1, by `serialport` and `mqtt` with their defaults. It says `ready` once
// everything is connected.
//
//   node plain-script.mjs <city broker> [street broker or ''] [ports ...]
import mqtt from "mqtt";
import { ReadlineParser, SerialPort } from "serialport";

const [cityUrl, streetUrl, ...paths] = process.argv.slice(2);
const city = await mqtt.connectAsync(cityUrl);

if (streetUrl) {
  const street = await mqtt.connectAsync(streetUrl);
  street.on("message", (topic, payload) => {
    city.publish(`city/${topic.split("/")[1]}/raw`, payload, { qos: 1 });
  });
  await street.subscribeAsync("bollard/+/up", { qos: 1 });
}

for (const path of paths) {
  const port = new SerialPort({ path, baudRate: 115_200, lock: false });
  await new Promise((resolve) => port.once("open", resolve));
  port.pipe(new ReadlineParser()).on("data", (line) => {
    const { node } = JSON.parse(line);
    city.publish(`city/${node}/raw`, line, { qos: 1 });
  });
}

process.stdout.write("ready\n");
process.on("SIGTERM", () => process.exit(0));
