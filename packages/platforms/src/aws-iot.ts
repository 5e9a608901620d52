import type { PlatformSchema } from "./platform-schema.js";

/** What AWS IoT Core is told of the nodes of a schema. */
export interface AwsIotDocuments {
  /** For `aws iot create-thing-type --cli-input-json`. */
  readonly thingType: object;
  /** For `aws iot create-topic-rule --cli-input-json`; `ACCOUNT` and `REGION` are yours. */
  readonly topicRule: object;
}

/**
 * A thing type for the nodes, and a rule that puts what the bridge publishes, one row a reading, into a
 * DynamoDB table of the schema's name.
 *
 * @see AWS IoT Core, API reference, CreateThingType and CreateTopicRule; SQL reference
 */
export function toAwsIot(
  schema: PlatformSchema,
  version: number,
  prefix = "bollard",
): AwsIotDocuments {
  const { name, title = name } = schema;
  // Names of rules have letters, digits and underscores only.
  const word = name.replace(/[^A-Za-z0-9]+/g, "_");
  return {
    thingType: {
      thingTypeName: `${name}-v${version}`,
      thingTypeProperties: {
        thingTypeDescription: title,
        searchableAttributes: ["node", "street", "schema"],
      },
    },
    topicRule: {
      ruleName: `bollard_${word}`,
      topicRulePayload: {
        sql: `SELECT node, key, time, values.* FROM '${prefix}/+/${name}/json'`,
        awsIotSqlVersion: "2016-03-23",
        description: `Readings of ${title}`,
        ruleDisabled: false,
        actions: [
          {
            dynamoDBv2: {
              roleArn: "arn:aws:iam::ACCOUNT:role/bollard-readings",
              putItem: { tableName: `bollard-${name}` },
            },
          },
        ],
        errorAction: {
          cloudwatchLogs: {
            roleArn: "arn:aws:iam::ACCOUNT:role/bollard-readings",
            logGroupName: "/bollard/rules",
          },
        },
      },
    },
  };
}
