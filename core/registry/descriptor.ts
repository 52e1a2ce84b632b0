/**
 * What is known of a node type without loading its class: written by the generator, read by `sluice nodes`, graph
 * files, error messages and the page.
 *
 * @module
 */
import type { ProcessorMode } from "../annotations.ts";
import type { AudioAccepts, FrameKind } from "../frames/format.ts";

/** One port of a node type. */
export interface PortDescriptor {
  readonly name: string;
  readonly direction: "input" | "output";
  readonly kind: FrameKind;
  /** The frame type as written: `AudioFrame<2>`, `DataFrame<LevelReading>`. */
  readonly type: string;
  /** For data: the name of the value's type. Two data ports connect only if these are equal, or one is `unknown`. */
  readonly schema?: string;
  /** For audio with the number of channels in its type. */
  readonly channels?: number;
  /** Elements of an array port; absent for a single one. */
  readonly array?: number;
  readonly optional: boolean;
  readonly accepts?: AudioAccepts;
  /** For outputs. */
  readonly burst: number;
  /** The doc comment, or `""`. */
  readonly doc: string;
}

/** The subset of JSON Schema (2020-12) that describes one configuration value. */
export interface ConfigSchema {
  readonly type?: "string" | "number" | "integer" | "boolean" | "array" | "object" | "null";
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly items?: ConfigSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: { readonly [key: string]: ConfigSchema };
  readonly required?: readonly string[];
  /** `false`: no other keys. A schema: any other key, with such a value. */
  readonly additionalProperties?: boolean | ConfigSchema;
  readonly anyOf?: readonly ConfigSchema[];
  /** Unit for people, from the doc tag `@unit`: `dB`, `Hz`, `ms`. */
  readonly "x-unit"?: string;
  /** The key may be changed while the node runs. */
  readonly "x-live"?: boolean;
}

/** The schema of a node's whole configuration. */
export interface ConfigObjectSchema extends ConfigSchema {
  readonly type: "object";
  readonly properties: { readonly [key: string]: ConfigSchema };
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** Everything about a node type but its code. */
export interface NodeDescriptor {
  /** Registered name, in kebab case. */
  readonly type: string;
  readonly className: string;
  /** Where the class stands, relative to the generated file: `processors/audio/gain.ts:12`. */
  readonly source: string;
  /** First sentence of the class's doc comment. */
  readonly description: string;
  /** The whole doc comment. */
  readonly doc: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly mode: ProcessorMode;
  readonly trigger: "any" | "all";
  readonly lane: "main" | "worker";
  readonly converts: readonly ("sampleRateHz" | "channels")[];
  /** Whether `process()` returns a promise. */
  readonly isAsync: boolean;
  readonly inputs: readonly PortDescriptor[];
  readonly outputs: readonly PortDescriptor[];
  readonly config: ConfigObjectSchema;
}

/** The names a port has in a graph: one, or `name_0 … name_{n-1}` for an array port. */
export function expandPort(port: PortDescriptor): string[] {
  if (port.array === undefined) return [port.name];
  return Array.from({ length: port.array }, (_, i) => `${port.name}_${i}`);
}

/** Finds the port that a name in a graph means, in one direction or, by default, both. */
export function findPort(
  descriptor: NodeDescriptor,
  name: string,
  direction?: "input" | "output",
): PortDescriptor | undefined {
  for (const port of [...descriptor.inputs, ...descriptor.outputs]) {
    if (direction !== undefined && port.direction !== direction) continue;
    if (expandPort(port).includes(name)) return port;
  }
  return undefined;
}
