import {
  type AudioFrame,
  defineNodeType,
  definePackage,
  type NodeHandle,
  type NodePackage,
  type NodeType,
  type PortRegistry,
  type PortVisitor,
  type PortWiring,
  type StreamInput,
  type StreamOutput,
} from "../../../../generated.ts";

/** Scales blocks of audio. */
export class Scale {
  /** What is scaled. */
  audioIn!: StreamInput<AudioFrame>;
  /** What came of it. */
  audioOut!: StreamOutput<AudioFrame>;
  /** What samples are multiplied by. */
  factor = 1;

  process(): void {
    let frame: AudioFrame | undefined;
    while ((frame = this.audioIn.read())) {
      const own = frame.writable();
      for (let c = 0; c < own.channels; c++) own.channel(c).forEach((x, k, all) => void (all[k] = x * this.factor));
      this.audioOut.write(own);
    }
  }
}

class ScalePorts implements PortRegistry {
  readonly #processor: Scale;

  constructor(processor: Scale) {
    this.#processor = processor;
  }

  inputs(): { readonly audioIn: StreamInput<AudioFrame> } {
    return { audioIn: this.#processor.audioIn };
  }

  outputs(): { readonly audioOut: StreamOutput<AudioFrame> } {
    return { audioOut: this.#processor.audioOut };
  }

  visit(visitor: PortVisitor): void {
    visitor.input("audioIn", this.#processor.audioIn);
    visitor.output("audioOut", this.#processor.audioOut);
  }

  wire(wiring: PortWiring): void {
    this.#processor.audioIn = wiring.input("audioIn") as StreamInput<AudioFrame>;
    this.#processor.audioOut = wiring.output("audioOut") as StreamOutput<AudioFrame>;
  }
}

export interface ScaleConfig {
  /** What samples are multiplied by. */
  readonly factor?: number;
}

export type ScaleHandle = NodeHandle<{ audioIn: AudioFrame }, { audioOut: AudioFrame }>;

export const scale: NodeType<ScaleConfig, ScaleHandle> = defineNodeType<ScaleConfig, ScaleHandle>({
  descriptor: {
    type: "scale",
    className: "Scale",
    source: "wired.ts:16",
    description: "Scales blocks of audio.",
    doc: "Scales blocks of audio.",
    category: "other",
    tags: [],
    mode: "push",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: "audioIn",
      direction: "input",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What is scaled.",
    }],
    outputs: [{
      name: "audioOut",
      direction: "output",
      kind: "audio",
      type: "AudioFrame",
      optional: false,
      burst: 1,
      doc: "What came of it.",
    }],
    config: {
      type: "object",
      properties: {
        factor: {
          type: "number",
          description: "What samples are multiplied by.",
          minimum: 0,
          maximum: 10,
          default: 1,
          "x-live": true,
        },
      },
      required: [],
      additionalProperties: false,
    },
  },
  load: () =>
    Promise.resolve(() => {
      const processor = new Scale();
      return {
        processor,
        ports: new ScalePorts(processor),
        tick: () => processor.process(),
        configure: (values) => {
          if (values.factor !== undefined) processor.factor = values.factor as number;
        },
      };
    }),
});

export const nodePackage: NodePackage = definePackage({
  name: "@example/by-hand",
  url: import.meta.url,
  nodes: [scale],
  sources: {},
});
