/**
 * Facts about node types that commands need.
 *
 * @module
 */
import { elementNumber } from "../../core/descriptor/dynamic_ports.ts";
import type { NodeDescriptor } from "../../core/descriptor/descriptor.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { records } from "./recording_lock.ts";
import type { PortFinder } from "./least_edit.ts";

/** Finds ports in the types that the graph may have. */
export function portFinder(runtime: Runtime): PortFinder {
  const types = new Map<string, NodeDescriptor>();
  for (const descriptor of descriptorsOf(runtime)) types.set(descriptor.type, descriptor);
  return {
    isElement(type, direction, name) {
      const descriptor = types.get(type);
      const ports = direction === "input" ? descriptor?.inputs : descriptor?.outputs;
      return ports?.some((port) =>
        elementNumber(port, name) !== undefined || port.of !== undefined && port.name === name
      );
    },
  };
}

/** The types whose nodes write files. */
export function recorderTypes(runtime: Runtime): ReadonlySet<string> {
  return new Set(descriptorsOf(runtime).filter(records).map(({ type }) => type));
}

function descriptorsOf(runtime: Runtime): readonly NodeDescriptor[] {
  return viewRuntime(runtime).types();
}
