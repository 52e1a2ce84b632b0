/**
 * The options of a harness.
 *
 * @module
 */
import { listNames, SluiceError } from "../core/errors.ts";
import type { NodeCell } from "../core/lanes/cells/node_cell.ts";
import type { GraphMode, LinkOptions } from "../core/links/policy.ts";
import { assertChoice, assertKeys, assertTimeout } from "../core/errors/option_check.ts";
import type { NodeDescriptor } from "../core/descriptor/descriptor.ts";
import { isChosen } from "../core/descriptor/open_ports.ts";
import type { FrameKind } from "../core/frames/format.ts";
import { didYouMean } from "../core/errors/suggestion.ts";

/** How long an asynchronous call of the node may take by default, milliseconds. */
export const TIMEOUT_MS = 2_000;

/** Options of {@linkcode ProcessorHarness.create}. */
export interface HarnessOptions {
  /** By default `offline`. */
  readonly mode?: GraphMode;
  /**
   * Inputs to connect before `setup()`; one that is an element of a dynamic port is made. Required ones always are
   * connected; others are when the first frame is pushed.
   */
  readonly connect?: readonly string[];
  /** For a node whose frames are of the kind that links tell: that kind; by default the first that it may be. */
  readonly kind?: FrameKind;
  /** Outputs to leave without a link. */
  readonly disconnect?: readonly string[];
  /** The node's id in messages; by default `node`. */
  readonly id?: string;
  /** Payload of a slot of the audio pool, bytes; by default 65,536. */
  readonly slotBytes?: number;
  /**
   * True if frames are checked as in [development mode](../docs/memory.md), and frames that the node keeps beyond its end
   * are an error; by default `true`.
   */
  readonly development?: boolean;
  /**
   * Options of the links at its ports, by the port's name. By default they are lossless: the link of an input has the
   * default capacity of a graph, and the link of an output the output's `burst`, so that a node which writes more for
   * each frame read is told so (`Busy`). Frames that the test pushes wait until there is room.
   */
  readonly links?: { readonly [port: string]: LinkOptions };
  /**
   * Time limit for an asynchronous call of the node in which it neither reads nor writes, milliseconds; by default
   * 2,000. Then `create()`, `run()` and `teardown()` throw. 0: for ever.
   */
  readonly timeoutMs?: number;
}

const OPTIONS: { readonly [K in keyof Required<HarnessOptions>]: true } = {
  mode: true,
  kind: true,
  connect: true,
  disconnect: true,
  id: true,
  slotBytes: true,
  development: true,
  links: true,
  timeoutMs: true,
};

/** Checks what does not depend on the node. @throws {SluiceError} `InvalidConfig` */
export function assertOptions(options: HarnessOptions): void {
  const what = "Cannot make a harness";
  assertKeys(what, options, Object.keys(OPTIONS));
  assertChoice(what, "mode", options.mode, ["live", "offline"]);
  assertTimeout(what, "timeoutMs", options.timeoutMs);
}

/** The kind of frames that the node's links are to tell it. @throws {SluiceError} `TypeMismatch` */
export function chosenKind({ inputs, outputs, type }: NodeDescriptor, { kind }: HarnessOptions): FrameKind | undefined {
  const [first] = [...inputs, ...outputs].filter(isChosen);
  const available = first?.generic?.frames ?? [];
  if (kind === undefined || available.includes(kind)) return kind ?? available[0];
  const message = `Cannot make a harness: the option "kind" is "${kind}"; "${type}" lets its links choose among ` +
    listNames(available);
  throw new SluiceError("TypeMismatch", message, { available });
}

/** Checks that the node has the ports that options name. @throws {SluiceError} `PortNotFound` */
export function assertPorts(cell: NodeCell, { disconnect = [], links = {} }: HarnessOptions): void {
  const outputs = cell.outputs.map(({ name }) => name);
  assertNames("disconnect", disconnect, outputs);
  // Elements of dynamic ports may come later.
  const dynamic = [...cell.descriptor.inputs, ...cell.descriptor.outputs].filter((port) => port.dynamic !== undefined);
  const isElement = (name: string) => dynamic.some((port) => name.startsWith(`${port.name}_`));
  const known = [...cell.inputs.map(({ name }) => name), ...outputs];
  assertNames("links", Object.keys(links).filter((name) => !isElement(name)), known);
}

function assertNames(option: string, names: readonly string[], available: readonly string[]): void {
  const port = names.find((name) => !available.includes(name));
  if (port === undefined) return;
  throw new SluiceError(
    "PortNotFound",
    `Cannot make a harness: the option "${option}" names port "${port}"${didYouMean(port, available)}; ports: ${
      listNames(available)
    }`,
    { port, available },
  );
}
