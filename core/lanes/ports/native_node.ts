/**
 * Describes nodes to native lanes: stages and ports by name, values as numbers and texts.
 *
 * @module
 */
import type { NativeValues } from "../../../ffi/native_messages.ts";
import { expandPort, type PortDescriptor } from "../../descriptor/descriptor.ts";
import { SluiceError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import type { GraphMode } from "../../links/policy.ts";
import { poolOfOutput } from "../../pools/node_pools.ts";
import type { AnyNodeType } from "../../registry/node_type.ts";
import { processStage } from "../../registry/process_program.ts";
import { nativeStage } from "../../registry/shipped_stage.ts";
import type { AnnouncedFormat, NodePlan } from "../messages.ts";

/** A node of a native lane. */
export interface NativeNode {
  readonly plan: NodePlan;
  readonly type: AnyNodeType;
}

/**
 * Describes a node to the library, as `Node` of `crates/ffi/src/native_messages.rs`.
 *
 * @throws {SluiceError} `InvalidConfig` for a text that the library cannot take
 */
export function describeNode({ plan, type }: NativeNode, mode: GraphMode): object {
  const { id, index, supervised, bypassed, isolation } = plan;
  const { inputs, outputs, config } = type.descriptor;
  const filled: Record<string, unknown> = { ...plan.config };
  for (const [key, schema] of Object.entries(config.properties)) filled[key] ??= schema.default;
  return {
    id,
    index,
    type: plan.type,
    stage: stageOf(type),
    inputs: portNames(inputs),
    outputs: outputs.flatMap((output) =>
      expandPort(output).map((name) => ({ name, pool: poolOfOutput(plan.pool, output.name) ?? output.kind }))
    ),
    supervised,
    bypassed,
    isolation,
    values: type.program === undefined ? nativeValues(id, type, filled) : asJson({ id, mode, config: plan.config }),
  };
}

/** Returns the id of a type's stage in the library. */
export function stageOf(type: AnyNodeType): string {
  const { type: name } = type.descriptor;
  return type.program === undefined ? nativeStage(name).id ?? name : processStage(type);
}

/** A processor in a process of its own gets its values as JSON. */
function asJson(value: unknown): NativeValues {
  return new Map([["json", JSON.stringify(value)]]);
}

/**
 * Returns configuration values as the library takes them: truth values as 0 and 1, lists and objects as JSON.
 *
 * @throws {SluiceError} `InvalidConfig` for a text that the library cannot take
 */
export function nativeValues(
  nodeId: NodeId,
  { descriptor: { type }, program }: AnyNodeType,
  config: { readonly [key: string]: unknown },
): NativeValues {
  if (program !== undefined) return asJson(config);
  const values = new Map<string, number | string>();
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    if (typeof value === "number" || typeof value === "boolean") {
      values.set(key, Number(value));
      continue;
    }
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (text.includes("\0")) {
      const message =
        `Cannot configure node "${nodeId}" (${type}): ${key} has a zero byte in it, which native stages ` +
        "do not take";
      throw new SluiceError("InvalidConfig", message, { nodeId, key });
    }
    values.set(key, text);
  }
  return values;
}

/** Returns the output formats that the configuration of a node determines. */
export function announcedFormats({ plan, type }: NativeNode): AnnouncedFormat[] {
  const format = nativeStage(plan.type).announces?.(plan.config);
  if (format === undefined) return [];
  return type.descriptor.outputs.map((port) => ({ node: plan.id, port: port.name, format }));
}

/**
 * Refuses a node with other ports than the one that it replaces: the library moves links by the indices of their ports.
 *
 * @throws {SluiceError} `InvalidGraph`
 */
export function assertSamePorts(before: NativeNode, after: NativeNode): void {
  const names = ({ type: { descriptor } }: NativeNode) =>
    [descriptor.inputs, descriptor.outputs].map((ports) => portNames(ports).join(", ")).join(" and ");
  if (names(before) === names(after)) return;
  throw new SluiceError(
    "InvalidGraph",
    `Cannot replace node "${before.plan.id}" (${before.plan.type}) by ${after.plan.type}: on a native lane a node must ` +
      `have the ports of the one that it replaces, "${names(before)}", and has "${names(after)}"; remove the one and ` +
      "add the other",
    { nodeId: before.plan.id },
  );
}

function portNames(ports: readonly PortDescriptor[]): string[] {
  return ports.flatMap(expandPort);
}
