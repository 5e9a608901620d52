/** What a Smart Data Model asks of an entity built from a reading. Units are SenML's names. */
export interface Model {
  /** Repository of the model, such as `dataModel.Environment`. */
  readonly subject: string;
  /** Properties that take the reading's time. */
  readonly instants: readonly string[];
  /**
   * Whether the model has `dateObservedFrom` and `dateObservedTo`: `required` ones are written also
   * for a reading without a period, both with the reading's time.
   */
  readonly period?: "required" | "optional";
  /** How `refDevice` is written: `one` id, a list (`many`), or not at all. Default: one. */
  readonly refDevice?: "one" | "many" | "none";
  /** Unit of a property, where the model fixes it. */
  readonly units?: Readonly<Record<string, string>>;
  /** Degrees of a property run from -180 to 180 instead of from 0 to 360. */
  readonly signedDegrees?: readonly string[];
  /** The words for false and true. */
  readonly booleans?: Readonly<Record<string, readonly [string, string]>>;
}

const airUnits = { temperature: "Cel", relativeHumidity: "/", windSpeed: "m/s" };

const models: Readonly<Record<string, Model>> = {
  AirQualityObserved: {
    subject: "dataModel.Environment",
    instants: ["dateObserved"],
    units: { ...airUnits, pressure: "hPa", charge: "V", reliability: "/", precipitation: "mm" },
    signedDegrees: ["windDirection"],
  },
  WeatherObserved: {
    subject: "dataModel.Weather",
    instants: ["dateObserved"],
    units: {
      ...airUnits,
      atmosphericPressure: "hPa",
      dewPoint: "Cel",
      feelsLikeTemperature: "Cel",
      gustSpeed: "m/s",
      illuminance: "lx",
      precipitation: "mm",
      solarRadiation: "W/m2",
      directIrradiation: "W/m2",
      diffuseIrradiation: "W/m2",
      streamGauge: "cm",
      snowHeight: "cm",
    },
  },
  NoiseLevelObserved: {
    subject: "dataModel.Environment",
    instants: [],
    period: "required",
    units: { LAS: "dB", LAeq: "dB", LAeq_d: "dB", LAmax: "dB" },
  },
  WaterObserved: {
    subject: "dataModel.Environment",
    instants: ["dateObserved"],
    period: "optional",
    units: { height: "m", waterLevel: "m", waveLength: "m", swellHeight: "m", swellPeriod: "s" },
  },
  FloodMonitoring: {
    subject: "dataModel.Environment",
    instants: ["observationDateTime"],
    units: {
      alertLevel: "m",
      currentLevel: "m",
      dangerLevel: "m",
      measuredDistance: "m",
      referenceLevel: "m",
    },
  },
  TrafficFlowObserved: {
    subject: "dataModel.Transportation",
    instants: ["dateObserved"],
    period: "optional",
    units: {
      averageVehicleSpeed: "km/h",
      averageVehicleLength: "m",
      averageGapDistance: "m",
      averageHeadwayTime: "s",
      occupancy: "/",
    },
  },
  CrowdFlowObserved: {
    subject: "dataModel.Transportation",
    instants: ["dateObserved"],
    period: "optional",
    units: { averageCrowdSpeed: "km/h", averageHeadwayTime: "s", occupancy: "/" },
  },
  ParkingSpot: {
    subject: "dataModel.Parking",
    instants: ["timeInstant"],
    refDevice: "many",
    units: { width: "m", length: "m" },
    booleans: { status: ["free", "occupied"] },
  },
  OnStreetParking: {
    subject: "dataModel.Parking",
    instants: ["observationDateTime"],
    units: { averageSpotWidth: "m", averageSpotLength: "m" },
  },
  Streetlight: {
    subject: "dataModel.Streetlighting",
    instants: ["observationDateTime"],
    refDevice: "many",
    units: { illuminanceLevel: "/", lanternHeight: "m", voltage: "V", powerFactor: "/" },
    booleans: { powerState: ["off", "on"] },
  },
  WasteContainer: {
    subject: "dataModel.WasteManagement",
    instants: ["timeInstant"],
    refDevice: "many",
    units: { fillingLevel: "/", temperature: "Cel", cargoWeight: "kg" },
  },
  WaterQualityObserved: {
    subject: "dataModel.WaterQuality",
    instants: ["dateObserved"],
    refDevice: "none",
    units: {
      temperature: "Cel",
      flow: "m3/h",
      ...Object.fromEntries(
        "bod cod alkalinity TKN NO2 Al As B Ba Cd Cr Cu Fe fluoride Hg THC Ni TO Pb Se Sn sulphate sulphite Zn concentration"
          .split(" ")
          .map((name) => [name, "mg/l"]),
      ),
    },
  },
  Device: {
    subject: "dataModel.Device",
    instants: ["dateLastValueReported"],
    refDevice: "none",
    units: { batteryLevel: "/" },
  },
  DeviceModel: { subject: "dataModel.Device", instants: [], refDevice: "none" },
  DeviceMeasurement: { subject: "dataModel.Device", instants: ["dateObserved"] },
};

/** The types whose schema and context are shipped. */
export function modelNames(): readonly string[] {
  return Object.keys(models);
}

/** What is known of a type, or undefined for one that is not shipped. */
export function modelOf(type: string): Model | undefined {
  return Object.hasOwn(models, type) ? models[type] : undefined;
}
