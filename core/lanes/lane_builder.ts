/**
 * Builds a lane's nodes and the ends of their links.
 *
 * @module
 */
import { LocalLink } from "../links/local_link.ts";
import { RingLinkReader, type RingLinkSite, RingLinkWriter } from "../links/ring_link.ts";
import { type ConverterLookup, InputPort } from "../ports/input_port.ts";
import { OutputPort } from "../ports/output_port.ts";
import { expandPort } from "../registry/descriptor.ts";
import type { PortWiring } from "../registry/node_type.ts";
import type { Lane } from "./lane.ts";
import type { LinkEndPlan, NodePlan } from "./messages.ts";
import { NodeCell } from "./node_cell.ts";

/** Makes the nodes, gives them their ports and configuration, and attaches the links. Calls no processor's code. */
export async function buildCells(
  lane: Lane,
  nodes: readonly NodePlan[],
  links: readonly LinkEndPlan[],
): Promise<NodeCell[]> {
  const cells = new Map<string, NodeCell>();
  for (const plan of nodes) cells.set(plan.id, await buildCell(lane, plan));
  for (const end of links) attach(lane, cells, end);
  for (const cell of cells.values()) cell.seal();
  return [...cells.values()];
}

async function buildCell(lane: Lane, plan: NodePlan): Promise<NodeCell> {
  const type = await lane.site.findType(plan.type, plan.packageUrl);
  const instance = (await type.load())();
  const { descriptor } = type;
  const cell = new NodeCell(plan, descriptor, instance, lane);
  const converters: ConverterLookup = (field) => lane.init.converters[field] ?? [];
  const inputs = new Map(
    descriptor.inputs.flatMap((port) =>
      expandPort(port).map((name) => [name, new InputPort(name, port, cell, converters)] as const)
    ),
  );
  cell.inputs.push(...inputs.values());
  const outputs = new Map(descriptor.outputs.flatMap((port) =>
    expandPort(port).map((name) => {
      const pool = lane.pools[lane.init.poolOfKind[port.kind]];
      return [name, new OutputPort(name, port, cell, pool)] as const;
    })
  ));
  cell.outputs.push(...outputs.values());
  const wiring: PortWiring = {
    input: (name) => inputs.get(name)!,
    inputs: (name) => cell.inputs.filter((input) => input.descriptor.name === name),
    output: (name) => outputs.get(name)!,
  };
  instance.ports.wire(wiring);
  instance.configure(plan.config);
  return cell;
}

function attach(lane: Lane, cells: Map<string, NodeCell>, { link, end, otherLane }: LinkEndPlan): void {
  const site: RingLinkSite = { page: lane.page, driver: lane.site.driver, pools: lane.pools };
  const writerCell = cells.get(link.fromNode);
  const readerCell = cells.get(link.toNode);
  const output = writerCell?.outputs.find((port) => port.name === link.fromPort);
  const input = readerCell?.inputs.find((port) => port.name === link.toPort);
  if (end === "local") {
    const local = new LocalLink(link, lane.page);
    local.writer = writerCell;
    local.reader = readerCell;
    output!.attach(local);
    input!.attach(local);
  } else if (end === "writer") {
    const writer = new RingLinkWriter(link, site, otherLane);
    writer.writer = writerCell;
    lane.wakeables[link.writerBit] = writerCell;
    lane.writers.push(writer);
    output!.attach(writer);
  } else {
    const reader = new RingLinkReader(link, site);
    reader.reader = readerCell;
    lane.wakeables[link.readerBit] = readerCell;
    input!.attach(reader);
  }
}
