/**
 * The schemas of values whose types are another package's. The generator reads the descriptors of packages, not their
 * sources: the schema is that of a port of the package that carries the same type.
 *
 * @module
 */
import type { ConfigSchema, PortDescriptor } from "../../core/descriptor/descriptor.ts";
import type { NodeModel, OtherPackageModel, TypeArgumentModel } from "../model.ts";

/** A node with the schemas of other packages on its ports; the node itself if it carries none of their types. */
export function withForeignSchemas(node: NodeModel, packages: readonly OtherPackageModel[]): NodeModel {
  const { descriptor, frames } = node;
  let isFound = false;
  const take = (port: PortDescriptor): PortDescriptor => {
    const argument = port.kind === "data" ? frames[port.name].argument : undefined;
    const valueSchema = argument && findSchema(argument, packages);
    isFound ||= valueSchema !== undefined;
    return valueSchema === undefined ? port : { ...port, valueSchema };
  };
  const [inputs, outputs] = [descriptor.inputs.map(take), descriptor.outputs.map(take)];
  return isFound ? { ...node, descriptor: { ...descriptor, inputs, outputs } } : node;
}

function findSchema(type: TypeArgumentModel, packages: readonly OtherPackageModel[]): ConfigSchema | undefined {
  if (type.kind !== "package" || type.terms !== undefined) return undefined;
  const ports = packages.filter(({ specifier }) => `${type.specifier}/`.startsWith(`${specifier}/`))
    .flatMap(({ descriptors }) => descriptors)
    .flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  return ports.find(({ schema, valueSchema }) =>
    schema === type.name && valueSchema !== undefined && valueSchema.$comment === undefined
  )?.valueSchema;
}
