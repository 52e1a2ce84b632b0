/**
 * Gives a node under test ports, and takes them away, between two of its ticks.
 *
 * @module
 */
import { makeOutput, wirePorts } from "../core/lanes/cells/cell_builder.ts";
import type { CellHost, NodeCell } from "../core/lanes/cells/node_cell.ts";
import { InputPort } from "../core/ports/input_port.ts";
import { expandPort, findPort, type NodeDescriptor } from "../core/descriptor/descriptor.ts";

/**
 * Makes the port of an element that was added, in its place among the others.
 *
 * @param descriptor the node's, with the element
 */
export function addPort(
  site: CellHost,
  cell: NodeCell,
  descriptor: NodeDescriptor,
  direction: "input" | "output",
  name: string,
): void {
  const port = findPort(descriptor, name, direction)!;
  const structType = cell.instance.structs?.[port.schema ?? ""];
  if (direction === "input") {
    const input = new InputPort(name, port, cell, (key) => site.converters(key));
    input.structType = structType;
    insert(cell.inputs, input, descriptor.inputs.flatMap(expandPort));
  } else {
    const output = makeOutput(site, cell, name, port);
    output.structType = structType;
    insert(cell.outputs, output, descriptor.outputs.flatMap(expandPort));
  }
  wirePorts(cell);
}

/** Takes the port of an element away. */
export function removePort(cell: NodeCell, direction: "input" | "output", name: string): void {
  const ports: { readonly name: string }[] = direction === "input" ? cell.inputs : cell.outputs;
  ports.splice(ports.findIndex((port) => port.name === name), 1);
  wirePorts(cell);
}

function insert<P extends { readonly name: string }>(ports: P[], port: P, order: readonly string[]): void {
  const at = order.indexOf(port.name);
  const before = ports.findIndex((each) => order.indexOf(each.name) > at);
  ports.splice(before < 0 ? ports.length : before, 0, port);
}
