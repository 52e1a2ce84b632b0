/**
 * Builds nodes: makes instances of their classes, and gives them their ports and configuration.
 *
 * @module
 */
import type { ConverterLookup } from "../../ports/accepted.ts";
import { InputPort } from "../../ports/input_port.ts";
import { OutputPort } from "../../ports/output_port.ts";
import {
  expandPort,
  fieldOf,
  type NodeDescriptor,
  type PortDescriptor,
  sizePorts,
} from "../../descriptor/descriptor.ts";
import { takeElements } from "../../descriptor/dynamic_ports.ts";
import { withKind } from "../../descriptor/open_ports.ts";
import { poolOfOutput } from "../../pools/node_pools.ts";
import { SluiceError } from "../../errors.ts";
import { keepSecrets } from "../../errors/redaction.ts";
import type { AnyNodeType, NodeInstance } from "../../registry/node_type.ts";
import { CODEGEN_COMMAND, findStaleSources } from "../../registry/staleness.ts";
import type { NodePlan, PortEdit } from "../messages.ts";
import { explain } from "./call_outcome.ts";
import { type CellHost, NodeCell } from "./node_cell.ts";
import { NodeContext } from "./node_context.ts";

/** Gives an instance its ports and its configuration. Calls none of the processor's methods. */
export function buildCell(
  host: CellHost,
  plan: NodePlan,
  descriptor: NodeDescriptor,
  instance: NodeInstance,
): NodeCell {
  const told = withKind(sizePorts(descriptor, plan.config), plan.told);
  const sized = takeElements(told, plan.elements ?? {});
  const cell = new NodeCell(plan, sized, instance, host, (cell) => new NodeContext(cell, host));
  const converters: ConverterLookup = (key) => host.converters(key);
  for (const port of sized.inputs) {
    for (const name of expandPort(port)) cell.inputs.push(new InputPort(name, port, cell, converters));
  }
  for (const port of sized.outputs) {
    for (const name of expandPort(port)) cell.outputs.push(makeOutput(host, cell, name, port));
  }
  for (const port of [...cell.inputs, ...cell.outputs]) {
    port.structType = instance.structs?.[port.descriptor.schema ?? ""];
  }
  wirePorts(cell);
  instance.configure(plan.config);
  if (plan.bypassed) cell.bypass(true);
  return cell;
}

/** A processor with its ports. */
interface WiredCell {
  readonly instance: NodeInstance;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly OutputPort[];
}

/** Assigns a cell's ports to the fields of its processor. Called again after its dynamic ports have changed. */
export function wirePorts({ instance, inputs, outputs }: WiredCell): void {
  instance.ports.wire({
    input: (name) => inputs.find((input) => input.name === name)!,
    inputs: (name) => inputs.filter((input) => fieldOf(input.descriptor) === name),
    output: (name) => outputs.find((output) => output.name === name)!,
    outputs: (name) => outputs.filter((output) => fieldOf(output.descriptor) === name),
  });
}

/**
 * Gives a cell the elements of its dynamic ports, and the kind of frames that its links determine. Ports that go have
 * lost their links.
 */
export function changePorts(
  host: CellHost,
  cell: NodeCell,
  { elements, told }: Omit<PortEdit, "node">,
): void {
  const { descriptor, instance } = cell;
  const sized = takeElements(withKind(descriptor, told), elements);
  const converters: ConverterLookup = (key) => host.converters(key);
  const inputs = sized.inputs.flatMap((port) =>
    expandPort(port).map((name) =>
      cell.inputs.find((input) => isPort(input, name, port)) ?? new InputPort(name, port, cell, converters)
    )
  );
  const outputs = sized.outputs.flatMap((port) =>
    expandPort(port).map((name) =>
      cell.outputs.find((output) => isPort(output, name, port)) ?? makeOutput(host, cell, name, port)
    )
  );
  cell.inputs.splice(0, cell.inputs.length, ...inputs);
  cell.outputs.splice(0, cell.outputs.length, ...outputs);
  for (const port of [...inputs, ...outputs]) {
    port.structType = instance.structs?.[port.descriptor.schema ?? ""];
  }
  wirePorts(cell);
}

/** Makes a port of a cell. Its frames come from the pool that the node names for them. */
export function makeOutput(host: CellHost, cell: NodeCell, name: string, port: PortDescriptor): OutputPort {
  return new OutputPort(name, port, cell, host.poolOf(port.kind, poolOfOutput(cell.plan.pool, fieldOf(port))));
}

/** True if a port stays: another port of its name may carry another kind of frames. */
function isPort(present: InputPort | OutputPort, name: string, { kind }: PortDescriptor): boolean {
  return present.name === name && present.descriptor.kind === kind;
}

/**
 * Imports a node's class and makes an instance.
 *
 * @param node for error messages
 * @throws {SluiceError} `InvalidGraph` if the class lacks a port or a key of its generated code and has changed since
 * the code was generated; any error of importing the class; `NodeFailed` for an error of its constructor
 */
export async function makeInstance(
  type: AnyNodeType,
  node: Pick<NodePlan, "id" | "type" | "config" | "secrets">,
): Promise<NodeInstance> {
  // An error of the constructor may contain secrets.
  keepSecrets(node.secrets);
  const make = await type.load();
  let instance: NodeInstance;
  try {
    instance = make(node.config);
  } catch (error) {
    throw explain(error, node, "its constructor");
  }
  await assertFresh(type, node, instance);
  return instance;
}

/** Refuses a missing field only if the sources have changed: some compilers leave out empty fields. */
async function assertFresh(
  { descriptor, package: from }: AnyNodeType,
  node: { readonly id: string; readonly type: string },
  { processor }: NodeInstance,
): Promise<void> {
  const { className, inputs, outputs, config, takesConfig } = descriptor;
  const keys = takesConfig === undefined ? Object.keys(config.properties) : [];
  const names = [...[...inputs, ...outputs].map(({ name }) => name), ...keys];
  const gone = names.find((name) => !(name in processor));
  if (gone === undefined || from === undefined) return;
  const [stale] = await findStaleSources(from);
  if (stale === undefined) return;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot make node "${node.id}" (${node.type}): class "${className}" has no field "${gone}", which its generated ` +
      `code assigns: "${stale.path}" has changed since that was made; run ${CODEGEN_COMMAND}`,
    { nodeId: node.id },
  );
}
