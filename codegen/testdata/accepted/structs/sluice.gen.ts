// Made by "deno task codegen" from sluice.json and the files listed in "sources" at the end.
// Do not edit: change a processor class and run the command again.
// deno-fmt-ignore-file

/**
 * The node types of @example/structs. Importing this module loads none of their classes.
 *
 * @module
 */
import { assignArray, defineNodeType, definePackage, processorClass, readStruct } from "../../../../generated.ts";
import type {
  DataFrame,
  NodeHandle,
  NodePackage,
  NodeType,
  PortRegistry,
  PortVisitor,
  PortWiring,
  StreamInput,
  StreamOutput,
  StructLayout,
  StructMemory,
} from "../../../../generated.ts";
import type { ImuReading, Place } from "./imu.ts";

export type { ImuReading, Place };

/** A view of 128 bytes in memory as `ImuReading`. What an inertial sensor measured. */
export class ImuReadingView implements ImuReading {
  static readonly #LAYOUT: StructLayout = {
    name: "ImuReading",
    sizeBytes: 128,
    alignBytes: 8,
    fields: [
      { name: "sensor", kind: "u8", offsetBytes: 0 },
      { name: "timeNs", kind: "f64", offsetBytes: 8 },
      { name: "acceleration", kind: "f32", offsetBytes: 16, count: 3 },
      { name: "temperature", kind: "f32", offsetBytes: 28 },
      { name: "count", kind: "u32", offsetBytes: 32 },
      { name: "offset", kind: "i16", offsetBytes: 36 },
      { name: "gain", kind: "u16", offsetBytes: 38 },
      { name: "sign", kind: "i8", offsetBytes: 40 },
      { name: "isValid", kind: "bool", offsetBytes: 41 },
      {
        name: "place",
        kind: "struct",
        offsetBytes: 48,
        struct: {
          name: "Place",
          sizeBytes: 24,
          alignBytes: 8,
          fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
            name: "isKnown",
            kind: "bool",
            offsetBytes: 16,
          }],
        },
      },
      {
        name: "trail",
        kind: "struct",
        offsetBytes: 72,
        struct: {
          name: "Place",
          sizeBytes: 24,
          alignBytes: 8,
          fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
            name: "isKnown",
            kind: "bool",
            offsetBytes: 16,
          }],
        },
        count: 2,
      },
      { name: "type", kind: "f32", offsetBytes: 120 },
    ],
  };
  readonly #memory: StructMemory;
  readonly #offsetBytes: number;
  /** See `ImuReading`. */
  readonly acceleration: Float32Array;
  /** See `ImuReading`. */
  readonly place: PlaceView;
  /** See `ImuReading`. */
  readonly trail: readonly PlaceView[];

  /** Looks at memory from a place on, which is a multiple of 8. */
  constructor(memory: StructMemory, offsetBytes: number) {
    this.#memory = memory;
    this.#offsetBytes = offsetBytes;
    this.acceleration = memory.f32.subarray((offsetBytes + 16) / 4, (offsetBytes + 28) / 4);
    this.place = new PlaceView(memory, offsetBytes + 48);
    this.trail = Array.from({ length: 2 }, (_, k) => new PlaceView(memory, offsetBytes + 72 + k * 24));
  }

  /** The layout. */
  static schema(): StructLayout {
    return ImuReadingView.#LAYOUT;
  }

  /** See `ImuReading`. */
  get sensor(): number {
    return this.#memory.u8[this.#offsetBytes + 0];
  }
  set sensor(value: number) {
    this.#memory.u8[this.#offsetBytes + 0] = value;
  }

  /** See `ImuReading`. */
  get timeNs(): number {
    return this.#memory.f64[(this.#offsetBytes + 8) / 8];
  }
  set timeNs(value: number) {
    this.#memory.f64[(this.#offsetBytes + 8) / 8] = value;
  }

  /** See `ImuReading`. */
  get temperature(): number {
    return this.#memory.f32[(this.#offsetBytes + 28) / 4];
  }
  set temperature(value: number) {
    this.#memory.f32[(this.#offsetBytes + 28) / 4] = value;
  }

  /** See `ImuReading`. */
  get count(): number {
    return this.#memory.u32[(this.#offsetBytes + 32) / 4];
  }
  set count(value: number) {
    this.#memory.u32[(this.#offsetBytes + 32) / 4] = value;
  }

  /** See `ImuReading`. */
  get offset(): number {
    return this.#memory.i16[(this.#offsetBytes + 36) / 2];
  }
  set offset(value: number) {
    this.#memory.i16[(this.#offsetBytes + 36) / 2] = value;
  }

  /** See `ImuReading`. */
  get gain(): number {
    return this.#memory.u16[(this.#offsetBytes + 38) / 2];
  }
  set gain(value: number) {
    this.#memory.u16[(this.#offsetBytes + 38) / 2] = value;
  }

  /** See `ImuReading`. */
  get sign(): number {
    return this.#memory.i8[this.#offsetBytes + 40];
  }
  set sign(value: number) {
    this.#memory.i8[this.#offsetBytes + 40] = value;
  }

  /** See `ImuReading`. */
  get isValid(): boolean {
    return this.#memory.u8[this.#offsetBytes + 41] !== 0;
  }
  set isValid(value: boolean) {
    this.#memory.u8[this.#offsetBytes + 41] = value ? 1 : 0;
  }

  /** See `ImuReading`. */
  get type(): number {
    return this.#memory.f32[(this.#offsetBytes + 120) / 4];
  }
  set type(value: number) {
    this.#memory.f32[(this.#offsetBytes + 120) / 4] = value;
  }

  /** Copies the fields of a value. */
  assign(value: ImuReading): void {
    this.sensor = value.sensor;
    this.timeNs = value.timeNs;
    assignArray(this.acceleration, value.acceleration, "acceleration");
    this.temperature = value.temperature;
    this.count = value.count;
    this.offset = value.offset;
    this.gain = value.gain;
    this.sign = value.sign;
    this.isValid = value.isValid;
    this.place.assign(value.place);
    for (let k = 0; k < 2; k++) this.trail[k].assign(value.trail[k]);
    this.type = value.type;
  }

  /** A copy as a plain object. */
  toJSON(): ImuReading {
    return readStruct(ImuReadingView.#LAYOUT, this.#memory, this.#offsetBytes) as unknown as ImuReading;
  }
}

/** A view of 24 bytes in memory as `Place`. A place in space, metres. */
export class PlaceView implements Place {
  static readonly #LAYOUT: StructLayout = {
    name: "Place",
    sizeBytes: 24,
    alignBytes: 8,
    fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
      name: "isKnown",
      kind: "bool",
      offsetBytes: 16,
    }],
  };
  readonly #memory: StructMemory;
  readonly #offsetBytes: number;

  /** Looks at memory from a place on, which is a multiple of 8. */
  constructor(memory: StructMemory, offsetBytes: number) {
    this.#memory = memory;
    this.#offsetBytes = offsetBytes;
  }

  /** The layout. */
  static schema(): StructLayout {
    return PlaceView.#LAYOUT;
  }

  /** See `Place`. */
  get x(): number {
    return this.#memory.f64[(this.#offsetBytes + 0) / 8];
  }
  set x(value: number) {
    this.#memory.f64[(this.#offsetBytes + 0) / 8] = value;
  }

  /** See `Place`. */
  get y(): number {
    return this.#memory.f64[(this.#offsetBytes + 8) / 8];
  }
  set y(value: number) {
    this.#memory.f64[(this.#offsetBytes + 8) / 8] = value;
  }

  /** See `Place`. */
  get isKnown(): boolean {
    return this.#memory.u8[this.#offsetBytes + 16] !== 0;
  }
  set isKnown(value: boolean) {
    this.#memory.u8[this.#offsetBytes + 16] = value ? 1 : 0;
  }

  /** Copies the fields of a value. */
  assign(value: Place): void {
    this.x = value.x;
    this.y = value.y;
    this.isKnown = value.isKnown;
  }

  /** A copy as a plain object. */
  toJSON(): Place {
    return readStruct(PlaceView.#LAYOUT, this.#memory, this.#offsetBytes) as unknown as Place;
  }
}

/** The ports of `imu-filter`. */
export class ImuFilterPorts implements PortRegistry {
  /** Names of the inputs, in the order of the class. */
  static readonly INPUT_NAMES: readonly ["readingsIn"] = ["readingsIn"];
  /** Names of the outputs, in the order of the class. */
  static readonly OUTPUT_NAMES: readonly ["readingsOut"] = ["readingsOut"];
  readonly #processor: {
    readingsIn: StreamInput<DataFrame<ImuReading>>;
    readingsOut: StreamOutput<DataFrame<ImuReading>>;
  };

  /**
   * Reads and assigns the ports of one instance.
   *
   * @param processor the instance, or anything with the same fields
   */
  constructor(
    processor: { readingsIn: StreamInput<DataFrame<ImuReading>>; readingsOut: StreamOutput<DataFrame<ImuReading>> },
  ) {
    this.#processor = processor;
  }

  /** The inputs by name. */
  inputs(): { readonly readingsIn: StreamInput<DataFrame<ImuReading>> } {
    return { readingsIn: this.#processor.readingsIn };
  }

  /** The outputs by name. */
  outputs(): { readonly readingsOut: StreamOutput<DataFrame<ImuReading>> } {
    return { readingsOut: this.#processor.readingsOut };
  }

  /** Shows each port to a visitor. */
  visit(visitor: PortVisitor): void {
    visitor.input("readingsIn", this.#processor.readingsIn);
    visitor.output("readingsOut", this.#processor.readingsOut);
  }

  /** Assigns the ports to the fields of the class. */
  wire(wiring: PortWiring): void {
    this.#processor.readingsIn = wiring.input("readingsIn") as StreamInput<DataFrame<ImuReading>>;
    this.#processor.readingsOut = wiring.output("readingsOut") as StreamOutput<DataFrame<ImuReading>>;
  }
}

/** The configuration of `imu-filter`. */
export type ImuFilterConfig = Record<string, never>;

/** A `imu-filter` in a graph. */
export type ImuFilterHandle = NodeHandle<{ readingsIn: DataFrame<ImuReading> }, { readingsOut: DataFrame<ImuReading> }>;

/** Passes readings on. */
export const imuFilter: NodeType<ImuFilterConfig, ImuFilterHandle> = defineNodeType<ImuFilterConfig, ImuFilterHandle>({
  descriptor: {
    type: "imu-filter",
    className: "ImuFilter",
    source: "imu.ts:40",
    description: "Passes readings on.",
    doc: "Passes readings on.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "readingsIn",
      direction: "input",
      kind: "data",
      type: "DataFrame<ImuReading>",
      schema: "ImuReading",
      valueSchema: {
        description: "What an inertial sensor measured.",
        type: "object",
        properties: {
          sensor: { type: "integer", minimum: 0, maximum: 255 },
          timeNs: { type: "number" },
          acceleration: {
            type: "array",
            items: { type: "number" },
            minItems: 3,
            maxItems: 3,
            description: "Metres a second, squared.",
          },
          temperature: { type: "number" },
          count: { type: "integer", minimum: 0, maximum: 4294967295 },
          offset: { type: "integer", minimum: -32768, maximum: 32767 },
          gain: { type: "integer", minimum: 0, maximum: 65535 },
          sign: { type: "integer", minimum: -128, maximum: 127 },
          isValid: { type: "boolean" },
          place: {
            description: "A place in space, metres.",
            type: "object",
            properties: { x: { type: "number" }, y: { type: "number" }, isKnown: { type: "boolean" } },
            required: ["x", "y", "isKnown"],
          },
          trail: {
            type: "array",
            items: {
              description: "A place in space, metres.",
              type: "object",
              properties: { x: { type: "number" }, y: { type: "number" }, isKnown: { type: "boolean" } },
              required: ["x", "y", "isKnown"],
            },
            minItems: 2,
            maxItems: 2,
          },
          type: { type: "number" },
        },
        required: [
          "sensor",
          "timeNs",
          "acceleration",
          "temperature",
          "count",
          "offset",
          "gain",
          "sign",
          "isValid",
          "place",
          "trail",
          "type",
        ],
      },
      struct: {
        name: "ImuReading",
        sizeBytes: 128,
        alignBytes: 8,
        fields: [
          { name: "sensor", kind: "u8", offsetBytes: 0 },
          { name: "timeNs", kind: "f64", offsetBytes: 8 },
          { name: "acceleration", kind: "f32", offsetBytes: 16, count: 3 },
          { name: "temperature", kind: "f32", offsetBytes: 28 },
          { name: "count", kind: "u32", offsetBytes: 32 },
          { name: "offset", kind: "i16", offsetBytes: 36 },
          { name: "gain", kind: "u16", offsetBytes: 38 },
          { name: "sign", kind: "i8", offsetBytes: 40 },
          { name: "isValid", kind: "bool", offsetBytes: 41 },
          {
            name: "place",
            kind: "struct",
            offsetBytes: 48,
            struct: {
              name: "Place",
              sizeBytes: 24,
              alignBytes: 8,
              fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
                name: "isKnown",
                kind: "bool",
                offsetBytes: 16,
              }],
            },
          },
          {
            name: "trail",
            kind: "struct",
            offsetBytes: 72,
            struct: {
              name: "Place",
              sizeBytes: 24,
              alignBytes: 8,
              fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
                name: "isKnown",
                kind: "bool",
                offsetBytes: 16,
              }],
            },
            count: 2,
          },
          { name: "type", kind: "f32", offsetBytes: 120 },
        ],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    outputs: [{
      name: "readingsOut",
      direction: "output",
      kind: "data",
      type: "DataFrame<ImuReading>",
      schema: "ImuReading",
      valueSchema: {
        description: "What an inertial sensor measured.",
        type: "object",
        properties: {
          sensor: { type: "integer", minimum: 0, maximum: 255 },
          timeNs: { type: "number" },
          acceleration: {
            type: "array",
            items: { type: "number" },
            minItems: 3,
            maxItems: 3,
            description: "Metres a second, squared.",
          },
          temperature: { type: "number" },
          count: { type: "integer", minimum: 0, maximum: 4294967295 },
          offset: { type: "integer", minimum: -32768, maximum: 32767 },
          gain: { type: "integer", minimum: 0, maximum: 65535 },
          sign: { type: "integer", minimum: -128, maximum: 127 },
          isValid: { type: "boolean" },
          place: {
            description: "A place in space, metres.",
            type: "object",
            properties: { x: { type: "number" }, y: { type: "number" }, isKnown: { type: "boolean" } },
            required: ["x", "y", "isKnown"],
          },
          trail: {
            type: "array",
            items: {
              description: "A place in space, metres.",
              type: "object",
              properties: { x: { type: "number" }, y: { type: "number" }, isKnown: { type: "boolean" } },
              required: ["x", "y", "isKnown"],
            },
            minItems: 2,
            maxItems: 2,
          },
          type: { type: "number" },
        },
        required: [
          "sensor",
          "timeNs",
          "acceleration",
          "temperature",
          "count",
          "offset",
          "gain",
          "sign",
          "isValid",
          "place",
          "trail",
          "type",
        ],
      },
      struct: {
        name: "ImuReading",
        sizeBytes: 128,
        alignBytes: 8,
        fields: [
          { name: "sensor", kind: "u8", offsetBytes: 0 },
          { name: "timeNs", kind: "f64", offsetBytes: 8 },
          { name: "acceleration", kind: "f32", offsetBytes: 16, count: 3 },
          { name: "temperature", kind: "f32", offsetBytes: 28 },
          { name: "count", kind: "u32", offsetBytes: 32 },
          { name: "offset", kind: "i16", offsetBytes: 36 },
          { name: "gain", kind: "u16", offsetBytes: 38 },
          { name: "sign", kind: "i8", offsetBytes: 40 },
          { name: "isValid", kind: "bool", offsetBytes: 41 },
          {
            name: "place",
            kind: "struct",
            offsetBytes: 48,
            struct: {
              name: "Place",
              sizeBytes: 24,
              alignBytes: 8,
              fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
                name: "isKnown",
                kind: "bool",
                offsetBytes: 16,
              }],
            },
          },
          {
            name: "trail",
            kind: "struct",
            offsetBytes: 72,
            struct: {
              name: "Place",
              sizeBytes: 24,
              alignBytes: 8,
              fields: [{ name: "x", kind: "f64", offsetBytes: 0 }, { name: "y", kind: "f64", offsetBytes: 8 }, {
                name: "isKnown",
                kind: "bool",
                offsetBytes: 16,
              }],
            },
            count: 2,
          },
          { name: "type", kind: "f32", offsetBytes: 120 },
        ],
      },
      optional: false,
      burst: 1,
      doc: "",
    }],
    config: { type: "object", properties: {}, required: [], additionalProperties: false },
  },
  load: async () => {
    const ImuFilter = processorClass("imu-filter", "imu.ts", await import("./imu.ts"), "ImuFilter");
    return () => {
      const processor = new ImuFilter();
      return {
        processor,
        ports: new ImuFilterPorts(processor),
        tick: () => processor.process(),
        configure: () => {},
        structs: { ImuReading: ImuReadingView },
      };
    };
  },
});

/** The node types of this package, by name. Calling one with a configuration gives what `runtime.add()` takes. */
export const nodes: { readonly imuFilter: typeof imuFilter } = { imuFilter };

/** This package, as a registry takes it. */
export const nodePackage: NodePackage = definePackage({
  name: "@example/structs",
  url: import.meta.url,
  nodes: [imuFilter],
  sources: { "imu.ts": "d81dbb3b17d45680", "sluice.json": "3dc1ee15bed2c8a8" },
});
