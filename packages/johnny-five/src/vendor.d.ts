// firmata-io brings no types, and those that are published for johnny-five lack Multi and Light.
declare module "firmata-io";
declare module "johnny-five";
