/** All of the door for devices. */
export * from "@bollard/sdk/device";
