/** Something that a node may measure, as it stands in a schema. */
export interface Measurement {
  /** What a person picks it by; the field's name too. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly resolution: number;
  /** Between two readings, in the unit. */
  readonly typicalStep: number;
  /** Model to property, as `maps` has it in a schema. */
  readonly maps: Readonly<Record<string, string>>;
}

const air = "AirQualityObserved";
const weather = "WeatherObserved";

/** What `bollard init` knows; resolutions are what usual sensors can tell. */
export const measurements: readonly Measurement[] = [
  numberOf("temperature", "Temperature", "Cel", [-40, 85, 0.1, 0.2], { [weather]: "temperature" }),
  numberOf("humidity", "Relative humidity", "%RH", [0, 100, 0.5, 1], {
    [weather]: "relativeHumidity",
  }),
  numberOf("pressure", "Air pressure", "hPa", [300, 1100, 0.1, 0.1], {
    [weather]: "atmosphericPressure",
  }),
  numberOf("pm25", "PM2.5", "ug/m3", [0, 1000, 0.1, 0.7], { [air]: "pm25" }),
  numberOf("pm10", "PM10", "ug/m3", [0, 1000, 0.1, 2], { [air]: "pm10" }),
  numberOf("noise", "LAeq", "dB", [20, 140, 0.1, 1.5], { NoiseLevelObserved: "LAeq" }),
  numberOf("water_level", "Water level", "m", [-5, 20, 0.001, 0.01], {
    FloodMonitoring: "currentLevel",
  }),
  numberOf("filling", "Filling level", "/100", [0, 100, 1, 1], {
    WasteContainer: "fillingLevel",
  }),
  numberOf("vehicle_speed", "Mean speed of vehicles", "km/h", [0, 250, 1, 4], {
    TrafficFlowObserved: "averageVehicleSpeed",
  }),
  numberOf("battery", "Battery", "%EL", [0, 100, 1, 1], {}),
];

function numberOf(
  name: string,
  title: string,
  unit: string,
  [min, max, resolution, typicalStep]: readonly [number, number, number, number],
  maps: Readonly<Record<string, string>>,
): Measurement {
  return { name, title, unit, min, max, resolution, typicalStep, maps };
}
