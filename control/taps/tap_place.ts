/**
 * Finds the output that a tap is to look at, and chooses its view.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { didYouMean, listSome } from "../../core/errors/suggestion.ts";
import { expandPort, findPort } from "../../core/descriptor/descriptor.ts";
import { isOpen } from "../../core/descriptor/open_ports.ts";
import type { FrameKind } from "../../core/frames/format.ts";
import { portAddress, splitAddress } from "../../core/ids.ts";
import type { RuntimeView } from "../../core/runtime_view.ts";
import { findNode } from "../answers/snapshot.ts";
import type { TapParams } from "../schemas/tap.ts";
import type { TapView } from "../schemas/tap_views.ts";
import { VIEWS } from "./tap_reading.ts";

/** An output of the graph. */
export interface TapPlace {
  readonly node: string;
  readonly port: string;
  /** `node.port`. */
  readonly output: string;
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** The format of its frames, once known. */
  readonly format?: { readonly [key: string]: unknown };
}

/** A view of an output, and its pace. */
export interface TapManner {
  readonly what: TapView;
  /** The most readings a second. */
  readonly rate: number;
  /** Of images: the most pixels in a row. */
  readonly width?: number;
  /** The most frames a second that the writer is to give. */
  readonly sampled: number;
}

/** Readings a second: by default, and at most. */
const RATES: { readonly [K in FrameKind]: { readonly [V in TapView]?: readonly [byDefault: number, most: number] } } = {
  audio: { levels: [20, 60], waveform: [20, 60], spectrum: [15, 60], raw: [20, 100] },
  video: { image: [10, 15], raw: [5, 30] },
  encoded: { raw: [1_000, 1_000] },
  packet: { raw: [30, 1_000] },
  data: { raw: [30, 1_000] },
};

/** The rates at which writers give frames: views of similar rates have one hidden node. */
const SAMPLED = [1, 5, 15, 30, 100];

/** The most frames a second that a writer gives, in the mean: blocks of 64 samples at 48 kHz are 750. */
const FASTEST = 1_000;

/**
 * Finds an output by a link or an address.
 *
 * @throws {SluiceError} `InvalidConfig` unless one of both is given; `LinkNotFound`, `NodeNotFound`, `PortNotFound`, each
 * with those there are
 */
export function findPlace(view: RuntimeView, { link, output }: Pick<TapParams, "link" | "output">): TapPlace {
  if ((link === undefined) === (output === undefined)) {
    const message = 'Cannot look into the graph: wanted "link", the id of a link, or "output", such as "mic.audio"';
    throw new SluiceError("InvalidConfig", message, { available: view.links.map(({ id }) => id) });
  }
  if (link !== undefined) {
    const found = view.links.find(({ id }) => id === link);
    if (found === undefined) throw noLink(view, link);
    const { kind, ...format } = view.session?.format(found) ?? { kind: found.output.kind };
    return { ...placeAt(found.fromNode, found.fromPort, kind), ...(Object.keys(format).length > 0 && { format }) };
  }
  const end = splitAddress(output!);
  const { type: { descriptor } } = findNode(view, end.node);
  const port = findPort(descriptor, end.port, "output");
  if (port === undefined) {
    const available = descriptor.outputs.flatMap(expandPort);
    const message = `Cannot look at "${output}": "${end.node}" has no output ${JSON.stringify(end.port)}` +
      `${didYouMean(end.port, available)}; outputs: ${listSome(available)}`;
    throw new SluiceError("PortNotFound", message, { nodeId: end.node, port: end.port, available });
  }
  const known = view.links.find(({ fromNode, fromPort }) => fromNode === end.node && fromPort === end.port);
  if (known !== undefined) return findPlace(view, { link: known.id });
  if (!isOpen(port)) return placeAt(end.node, end.port, port.kind);
  const message = `Cannot look at "${output}": its links tell what frames it carries, and it has none; link it`;
  throw new SluiceError("TypeMismatch", message, { nodeId: end.node, port: end.port });
}

/**
 * Chooses the view and its rate. A rate above what the view allows is lowered.
 *
 * @throws {SluiceError} `InvalidConfig` for a view that the output's frames do not have, and for a width of what is no
 * image
 */
export function chooseManner(
  { output, kind }: TapPlace,
  { what, rate, width }: Pick<TapParams, "what" | "rate" | "width">,
): TapManner {
  const available = VIEWS[kind];
  const view = what ?? available[0];
  const rates = RATES[kind][view];
  if (rates === undefined) {
    const message = `Cannot look at "${output}" by "${what}": it carries ${kind}; wanted ${listSome(available)}`;
    throw new SluiceError("InvalidConfig", message, { key: "what", available });
  }
  if (width !== undefined && view !== "image") {
    const message = `Cannot look at "${output}" by "${view}" with a "width": only "image" has one; leave it out`;
    throw new SluiceError("InvalidConfig", message, { key: "width" });
  }
  const [byDefault, most] = rates;
  const own = Math.min(rate ?? byDefault, most);
  // Levels need every block, and a decoder every frame, as long as the graph runs no faster than its media.
  const wanted = kind === "audio" || kind === "encoded" ? FASTEST : own;
  const sampled = SAMPLED.find((each) => each >= wanted) ?? FASTEST;
  return { what: view, rate: own, ...(width !== undefined && { width }), sampled };
}

function noLink(view: RuntimeView, link: string): SluiceError {
  const available = view.links.map(({ id }) => id);
  const named = view.links.map(({ id, fromNode, fromPort, toNode, toPort }) =>
    `${id} (${fromNode}.${fromPort} to ${toNode}.${toPort})`
  );
  const message = `Cannot find link ${JSON.stringify(link)}${didYouMean(link, available)}; links: ${listSome(named)}`;
  return new SluiceError("LinkNotFound", message, { available });
}

function placeAt(node: string, port: string, kind: FrameKind): TapPlace {
  return { node, port, output: portAddress(node as never, port), kind };
}
