/**
 * What a form for a node's configuration has to show, made from its JSON Schema: one field for each key, with the kind
 * of control, its range and unit. Knows no DOM; texts are texts of others and never HTML.
 *
 * @module
 */

/** The part of JSON Schema that fields are made from. */
export interface FieldSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly deprecated?: boolean;
  readonly anyOf?: readonly FieldSchema[];
  readonly properties?: { readonly [key: string]: FieldSchema };
  readonly "x-unit"?: string;
  readonly "x-duration"?: string;
  readonly "x-live"?: boolean;
}

/** What all fields have. */
interface FieldBase {
  readonly key: string;
  /** The doc comment, or `""`. */
  readonly doc: string;
  /** `dB`, `Hz`, or `""`. */
  readonly unit: string;
  /** It may be changed while the node runs. */
  readonly live: boolean;
  readonly deprecated: boolean;
  readonly default: unknown;
}

/** A number. With both ends of its range known it also gets a slider. */
export interface NumberField extends FieldBase {
  readonly kind: "number";
  readonly minimum?: number;
  readonly maximum?: number;
  /** The ends themselves are not allowed. */
  readonly minimumExcluded: boolean;
  readonly maximumExcluded: boolean;
  /** Only whole multiples are allowed; absent for any. */
  readonly step?: number;
  /** Text such as `20 ms` is allowed too. */
  readonly duration: boolean;
  readonly slider?: SliderScale;
}

/** How the places of a slider, 0 to `places`, stand for numbers. */
export interface SliderScale {
  readonly minimum: number;
  readonly maximum: number;
  readonly logarithmic: boolean;
  /** Where the logarithm begins: the minimum, or for a range from 0 on the number of place 1. */
  readonly first: number;
  readonly places: number;
}

/** True or false. */
export interface SwitchField extends FieldBase {
  readonly kind: "switch";
}

/** One of some values. */
export interface ChoiceField extends FieldBase {
  readonly kind: "choice";
  readonly choices: readonly unknown[];
}

/** Text. */
export interface TextField extends FieldBase {
  readonly kind: "text";
  /** In code points. */
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** A value of any other shape, written as JSON. */
export interface JsonField extends FieldBase {
  readonly kind: "json";
}

/** One field of a form. */
export type Field = NumberField | SwitchField | ChoiceField | TextField | JsonField;

/** What a person's text means. */
export type ParsedField = { readonly value: unknown } | { readonly problem: string };

/** A range that spans this factor, above 0 or from the first step after 0 on, gets a logarithmic slider. */
const LOGARITHMIC_FROM = 1000;

/** Places of a slider at most. */
const SLIDER_PLACES = 1000;

/** A range without a step is cut into about this many steps of a round length. */
const LINEAR_STEPS = 200;

/** The fields of a configuration, in the order of its class. */
export function configFields(schema: FieldSchema): Field[] {
  return Object.entries(schema.properties ?? {}).map(([key, property]) => toField(key, property));
}

/** The number that a place of a slider stands for, a multiple of the field's step. */
export function sliderValue(field: NumberField, place: number): number {
  const { minimum, maximum, logarithmic, places } = field.slider!;
  const share = Math.min(1, Math.max(0, place / places));
  if (share === 0) return minimum;
  if (share === 1) return maximum;
  const raw = logarithmic
    ? field.slider!.first * (maximum / field.slider!.first) ** share
    : minimum + (maximum - minimum) * share;
  const step = field.step ?? niceStep((logarithmic ? raw : maximum - minimum) / LINEAR_STEPS);
  // Low on a scale from 0 on, a place is at least a step.
  const steps = logarithmic && minimum === 0 && field.step !== undefined ? Math.max(place, raw / step) : raw / step;
  const rounded = Number((Math.round(steps) * step).toPrecision(12));
  return Math.min(maximum, Math.max(minimum, rounded));
}

/** The place of a slider that stands for a number, the nearest one if it lies outside. */
export function sliderPlace(field: NumberField, value: number): number {
  const { minimum, maximum, logarithmic, places } = field.slider!;
  const clamped = Math.min(maximum, Math.max(minimum, value));
  if (logarithmic && minimum === 0) return nearestPlace(field, clamped);
  const share = logarithmic
    ? Math.log(clamped / minimum) / Math.log(maximum / minimum)
    : (clamped - minimum) / (maximum - minimum);
  return Math.round(share * places);
}

/** The place whose number is the nearest: numbers grow with places. */
function nearestPlace(field: NumberField, value: number): number {
  let [low, high] = [0, field.slider!.places];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sliderValue(field, middle) <= value) low = middle;
    else high = middle;
  }
  return value - sliderValue(field, low) < sliderValue(field, high) - value ? low : high;
}

/** Reads what a person typed. The runtime checks it again: this only answers at once. */
export function parseField(field: Field, text: string): ParsedField {
  switch (field.kind) {
    case "number":
      return parseNumber(field, text.trim());
    case "switch":
      return text === "true" || text === "false" ? { value: text === "true" } : { problem: "wanted true or false" };
    case "choice": {
      const found = field.choices.find((choice) => String(choice) === text);
      return found === undefined
        ? { problem: `wanted one of ${field.choices.map(String).join(", ")}` }
        : { value: found };
    }
    case "text": {
      const length = [...text].length;
      if (field.minLength !== undefined && length < field.minLength) {
        return { problem: text === "" ? "it is empty" : `wanted at least ${field.minLength} characters` };
      }
      if (field.maxLength !== undefined && length > field.maxLength) {
        return { problem: `wanted at most ${field.maxLength} characters` };
      }
      return { value: text };
    }
    case "json":
      try {
        return { value: JSON.parse(text) };
      } catch {
        return { problem: "wanted JSON" };
      }
  }
}

/** The allowed range in words: `from -60 to 24 dB`, `above 0`, or `""`. */
export function describeRange(field: NumberField): string {
  const { minimum, maximum, minimumExcluded, maximumExcluded } = field;
  const unit = field.unit === "" ? "" : ` ${field.unit}`;
  if (minimum !== undefined && maximum !== undefined && !minimumExcluded && !maximumExcluded) {
    return `from ${minimum} to ${maximum}${unit}`;
  }
  const parts: string[] = [];
  if (minimum !== undefined) parts.push(`${minimumExcluded ? "above" : "at least"} ${minimum}`);
  if (maximum !== undefined) parts.push(`${maximumExcluded ? "below" : "at most"} ${maximum}`);
  return parts.length === 0 ? "" : `${parts.join(", ")}${unit}`;
}

function toField(key: string, schema: FieldSchema): Field {
  const base: FieldBase = {
    key,
    doc: schema.description ?? "",
    unit: schema["x-unit"] ?? schema["x-duration"] ?? "",
    live: schema["x-live"] === true,
    deprecated: schema.deprecated === true,
    default: schema.default,
  };
  if (schema.enum !== undefined) return { ...base, kind: "choice", choices: schema.enum };
  // A duration is a number in its unit, or text with a unit of its own.
  const duration = schema["x-duration"] !== undefined;
  const plain = duration ? schema.anyOf?.find(({ type }) => type === "number" || type === "integer") ?? schema : schema;
  if (plain.type === "number" || plain.type === "integer") return toNumberField(base, plain, duration);
  if (schema.type === "boolean") return { ...base, kind: "switch" };
  if (schema.type === "string") {
    return { ...base, kind: "text", minLength: schema.minLength, maxLength: schema.maxLength };
  }
  return { ...base, kind: "json" };
}

function toNumberField(base: FieldBase, schema: FieldSchema, duration: boolean): NumberField {
  const minimumExcluded = schema.minimum === undefined && schema.exclusiveMinimum !== undefined;
  const maximumExcluded = schema.maximum === undefined && schema.exclusiveMaximum !== undefined;
  const minimum = schema.minimum ?? schema.exclusiveMinimum;
  const maximum = schema.maximum ?? schema.exclusiveMaximum;
  const step = schema.multipleOf ?? (schema.type === "integer" ? 1 : undefined);
  const ranged = minimum !== undefined && maximum !== undefined && minimum < maximum && !minimumExcluded &&
    !maximumExcluded;
  return {
    ...base,
    kind: "number",
    minimum,
    maximum,
    minimumExcluded,
    maximumExcluded,
    step,
    duration,
    slider: ranged ? sliderScale(minimum, maximum, step) : undefined,
  };
}

function sliderScale(minimum: number, maximum: number, step: number | undefined): SliderScale {
  const first = minimum === 0 ? step ?? 1 : minimum;
  const logarithmic = first > 0 && maximum / first >= LOGARITHMIC_FROM;
  // A place for each value: the least move of a slider is never lost to rounding.
  const steps = Math.round((maximum - minimum) / (step ?? niceStep((maximum - minimum) / LINEAR_STEPS)));
  return { minimum, maximum, logarithmic, first, places: logarithmic ? SLIDER_PLACES : Math.min(SLIDER_PLACES, steps) };
}

function parseNumber(field: NumberField, text: string): ParsedField {
  const value = text === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) {
    if (field.duration && /^\d+(\.\d+)?\s*[a-zµ]+$/i.test(text)) return { value: text };
    return { problem: "wanted a number" };
  }
  const { minimum, maximum, step } = field;
  const below = minimum !== undefined && (field.minimumExcluded ? value <= minimum : value < minimum);
  const above = maximum !== undefined && (field.maximumExcluded ? value >= maximum : value > maximum);
  if (below || above) return { problem: `wanted a number ${describeRange(field)}` };
  if (step !== undefined && Math.abs(value / step - Math.round(value / step)) > 1e-9) {
    return { problem: step === 1 ? "wanted a whole number" : `wanted a multiple of ${step}` };
  }
  return { value };
}

/** The greatest of 1, 2, 5 × 10^n that is not above a length. */
function niceStep(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length));
  const lead = length / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}
