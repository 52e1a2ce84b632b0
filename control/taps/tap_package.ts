/**
 * The package of the hidden node of taps, which the lane of taps imports. The registry does not know it.
 *
 * @module
 */
import { FRAME_KINDS } from "../../core/frames/format.ts";
import type { StreamInput } from "../../core/ports/stream.ts";
import type { NodeHandle } from "../../core/registry/handle.ts";
import { defineNodeType, definePackage, type NodePackage, type PortRegistry } from "../../core/registry/node_type.ts";
import type { TapWant } from "./tap_reading.ts";

/** The only input of the node. */
export const TAP_INPUT = "frameIn";

/** The part of the class that the ports need. */
interface WithInput {
  frameIn: StreamInput;
}

const DESCRIPTION = "Shows the frames of an output from outside.";

const tap = defineNodeType<{ wants: readonly TapWant[] }, NodeHandle>({
  descriptor: {
    type: "tap",
    className: "Tap",
    source: "control/taps/tap_node.ts",
    description: DESCRIPTION,
    doc: DESCRIPTION,
    category: "control",
    tags: [],
    mode: "loop",
    trigger: "any",
    lane: "worker",
    converts: [],
    isAsync: false,
    inputs: [{
      name: TAP_INPUT,
      direction: "input",
      kind: "audio",
      type: "Frame",
      generic: { argument: "F", parameters: ["F"], frames: FRAME_KINDS },
      // The graph goes on when the node at the other end is removed.
      optional: true,
      burst: 1,
      doc: "",
    }],
    outputs: [],
    config: {
      type: "object",
      properties: { wants: { type: "array", items: { type: "object" }, "x-live": true } },
      required: ["wants"],
      additionalProperties: false,
    },
  },
  load: async () => {
    const { Tap } = await import("./tap_node.ts");
    return () => {
      const processor = new Tap();
      return {
        processor,
        ports: portsOf(processor),
        tick: (context) => processor.process(context),
        configure: (values) => {
          if (values.wants !== undefined) processor.wants = values.wants as readonly TapWant[];
        },
      };
    };
  },
});

function portsOf(processor: WithInput): PortRegistry {
  return {
    inputs: () => ({ [TAP_INPUT]: processor.frameIn }),
    outputs: () => ({}),
    visit: (visitor) => visitor.input(TAP_INPUT, processor.frameIn),
    wire: (wiring) => void (processor.frameIn = wiring.input(TAP_INPUT)),
  };
}

/** The package. */
export const nodePackage: NodePackage = definePackage({
  name: "~taps",
  url: import.meta.url,
  nodes: [tap as never],
  sources: {},
});

/** The type of the node. */
export const TAP_TYPE: NodePackage["nodes"][number] = nodePackage.nodes[0];
