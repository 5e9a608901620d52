/** All of the main door. */
export * from "@bollard/sdk";
