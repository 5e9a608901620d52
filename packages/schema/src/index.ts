export { checkSchema } from "./check-schema.js";
export { type Decimal, decimalOf } from "./decimal.js";
export { defineSchema } from "./define-schema.js";
export { type DeriveModel, deriveValues } from "./derive-values.js";
export {
  type FilePlace,
  isSchemaError,
  SchemaError,
  type SchemaErrorCode,
  type SchemaProblem,
} from "./error.js";
export { fillDefaults } from "./fill-defaults.js";
export { type Follow, followOf } from "./follow-of.js";
export { type Formula, type FormulaFault, MOST_FORMULA, parseFormula } from "./formula.js";
export {
  canonicalCommand,
  canonicalLayout,
  commandFingerprint,
  layoutFingerprint,
} from "./layout-fingerprint.js";
export { type DecimalRange, type RangeFault, readRange, type Steps } from "./read-range.js";
export type {
  AnyValue,
  CommandsOf,
  PositionValue,
  ReadingOf,
  SchemaOf,
  TypedSchema,
  ValueOf,
  ValuesOf,
} from "./reading-of.js";
export type {
  CommandInput,
  DerivedInput,
  FieldCommonInput,
  FieldInput,
  MapsInput,
  RangeInput,
  SchemaInput,
  TimeInput,
} from "./schema-input.js";
export type {
  ArrayField,
  BooleanField,
  BytesField,
  Command,
  CounterField,
  Derivation,
  DerivedField,
  DurationField,
  EnumField,
  Field,
  FieldCommon,
  FieldKind,
  FlagsField,
  ModelProperty,
  OutOfRange,
  PositionField,
  Profile,
  QuantityField,
  SensorSchema,
  TextField,
  TimeLayout,
  TimeMode,
  Trend,
} from "./sensor-schema.js";
export {
  type PositionSteps,
  positionRangesOf,
  positionStepsOf,
  rangeOf,
  type SteppedField,
  stepOfValue,
  stepsOf,
  valueOfStep,
} from "./steps.js";
