export {
  type DiscoveryMessage,
  type DiscoveryTopics,
  discoveryTopic,
  toDiscovery,
} from "./home-assistant.js";
export { type PlatformField, toPlatformField } from "./platform-field.js";
export type { PlatformSchema } from "./platform-schema.js";
