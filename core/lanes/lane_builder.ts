/**
 * Builds nodes and the ends of their links.
 *
 * @module
 */
import type { FormatField, FrameKind } from "../frames/format.ts";
import { LocalLink } from "../links/local_link.ts";
import { RingLinkReader, type RingLinkSite, RingLinkWriter } from "../links/ring_link.ts";
import type { Wakeable } from "../links/link.ts";
import type { Pool } from "../memory/pool.ts";
import { InputPort } from "../ports/input_port.ts";
import { OutputPort } from "../ports/output_port.ts";
import { keepSecrets } from "../redaction.ts";
import { expandPort, type NodeDescriptor, sizePorts } from "../registry/descriptor.ts";
import type { DynamicElements } from "../registry/dynamic_elements.ts";
import { takeElements } from "../registry/dynamic_ports.ts";
import type { NodeInstance } from "../registry/node_type.ts";
import type { LinkEndPlan, NodePlan } from "./messages.ts";
import { type CellHost, NodeCell } from "./node_cell.ts";
import { NodeContext } from "./node_context.ts";

/** What nodes are built on. */
export interface CellSite extends CellHost {
  /**
   * The pool that outputs of a kind take their slots from.
   *
   * @param name the one that the node chose
   */
  poolOf(kind: FrameKind, name?: string): Pool;
  /** Names of node types that convert a field of a format. */
  converters(field: FormatField): readonly string[];
}

/** What links are attached to. */
export interface LinkSite extends CellSite, RingLinkSite {
  /** Whom an inbox bit wakes. */
  readonly wakeables: (Wakeable | undefined)[];
}

/** Gives an instance its ports and its configuration. Calls none of the processor's methods. */
export function buildCell(
  site: CellSite,
  plan: NodePlan,
  descriptor: NodeDescriptor,
  instance: NodeInstance,
): NodeCell {
  keepSecrets(plan.secrets);
  const sized = takeElements(sizePorts(descriptor, plan.config), plan.elements ?? {});
  const cell = new NodeCell(plan, sized, instance, site, (cell) => new NodeContext(cell, site));
  const converters = (field: FormatField) => site.converters(field);
  for (const port of sized.inputs) {
    for (const name of expandPort(port)) cell.inputs.push(new InputPort(name, port, cell, converters));
  }
  for (const port of sized.outputs) {
    const pool = site.poolOf(port.kind, plan.pool);
    for (const name of expandPort(port)) cell.outputs.push(new OutputPort(name, port, cell, pool));
  }
  for (const port of [...cell.inputs, ...cell.outputs]) {
    port.structType = instance.structs?.[port.descriptor.schema ?? ""];
  }
  wirePorts(cell);
  instance.configure(plan.config);
  if (plan.bypassed) cell.bypass(true);
  return cell;
}

/** Assigns a cell's ports to the fields of its processor: again after its dynamic ports have changed. */
export function wirePorts({ instance, inputs, outputs }: NodeCell): void {
  instance.ports.wire({
    input: (name) => inputs.find((input) => input.name === name)!,
    inputs: (name) => inputs.filter((input) => input.descriptor.name === name),
    output: (name) => outputs.find((output) => output.name === name)!,
    outputs: (name) => outputs.filter((output) => output.descriptor.name === name),
  });
}

/** Gives a cell the elements that its dynamic ports have now. Ports that go have no links any more. */
export function changePorts(
  site: CellSite,
  cell: NodeCell,
  elements: { readonly [port: string]: DynamicElements },
): void {
  const { descriptor, instance, plan } = cell;
  const sized = takeElements(descriptor, elements);
  const converters = (field: FormatField) => site.converters(field);
  const inputs = sized.inputs.flatMap((port) =>
    expandPort(port).map((name) =>
      cell.inputs.find((input) => input.name === name) ?? new InputPort(name, port, cell, converters)
    )
  );
  const outputs = sized.outputs.flatMap((port) =>
    expandPort(port).map((name) =>
      cell.outputs.find((output) => output.name === name) ??
        new OutputPort(name, port, cell, site.poolOf(port.kind, plan.pool))
    )
  );
  cell.inputs.splice(0, cell.inputs.length, ...inputs);
  cell.outputs.splice(0, cell.outputs.length, ...outputs);
  for (const port of [...inputs, ...outputs]) {
    port.structType = instance.structs?.[port.descriptor.schema ?? ""];
  }
  wirePorts(cell);
}

/** Makes the end or ends of a link that are on this lane, and attaches them. */
export function attachLink(site: LinkSite, cells: ReadonlyMap<string, NodeCell>, plan: LinkEndPlan): void {
  const { link, end, otherLane } = plan;
  const writerCell = cells.get(link.fromNode);
  const readerCell = cells.get(link.toNode);
  const output = writerCell?.outputs.find((port) => port.name === link.fromPort);
  const input = readerCell?.inputs.find((port) => port.name === link.toPort);
  if (end === "local") {
    const local = new LocalLink(link, site.page);
    local.writer = writerCell;
    local.reader = readerCell;
    output!.attach(local);
    input!.attach(local);
    if (writerCell!.ended || site.page.isEos(link.index)) local.end();
    if (readerCell!.ended || site.page.isClosed(link.index)) local.close();
  } else if (end === "writer") {
    const writer = new RingLinkWriter(link, site, otherLane);
    writer.writer = writerCell;
    site.wakeables[link.writerBit] = writerCell;
    output!.attach(writer);
    if (writerCell!.ended) writer.end();
  } else {
    const reader = new RingLinkReader(link, site, otherLane);
    reader.reader = readerCell;
    site.wakeables[link.readerBit] = readerCell;
    input!.attach(reader);
    if (readerCell!.ended) reader.close();
  }
}

/** Takes the end or ends of a link that are on this lane away. Frames that are left there are counted as unlinked. */
export function detachLink(site: LinkSite, cells: ReadonlyMap<string, NodeCell>, plan: LinkEndPlan): void {
  const { link, end } = plan;
  if (end !== "reader") {
    const output = cells.get(link.fromNode)?.outputs.find((port) => port.name === link.fromPort);
    output?.detach(link.index)?.flush();
    if (end === "writer") site.wakeables[link.writerBit] = undefined;
  }
  if (end === "writer") return;
  const input = cells.get(link.toNode)?.inputs.find((port) => port.name === link.toPort);
  input?.link?.discard();
  input?.detach();
  if (end === "reader") site.wakeables[link.readerBit] = undefined;
}
