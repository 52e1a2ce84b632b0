/**
 * The node type of a plugin's stage.
 *
 * @module
 */
import { FORMAT, KIND } from "../../ffi/layout.gen.ts";
import type { PluginPort } from "../../ffi/plugin.ts";
import type { ProgramStage } from "../../ffi/program.ts";
import type { NodeDescriptor, PortDescriptor } from "../descriptor/descriptor.ts";
import type { Codec, FormatAccepts, FrameKind, PixelFormat } from "../frames/format.ts";
import { KIND_FACTS } from "../frames/kinds.ts";
import {
  enterNativeStage,
  type NativeStage,
  openShipped,
  refuseLoading,
  SHIPPED_PLUGINS,
  shippedName,
  type ShippedPlugin,
} from "../registry/shipped_stage.ts";
import { type AnyNodeType, defineNodeType } from "../registry/node_type.ts";
import { readStageConfig, type StageConfig } from "./config_schema.ts";
import { MANIFEST } from "./manifest.ts";

/** A stage and its plugin. */
export interface ShippedStage {
  readonly plugin: ShippedPlugin;
  readonly descriptor: NodeDescriptor;
}

/**
 * Makes the node type of a stage.
 *
 * @param plugin the plugin's name
 * @param source the path of its `plugin.toml`
 * @param facts what is known of it beside; a stage in Python runs in a process of its own
 * @throws {RangeError} with the fault of its configuration schema, as a clause
 */
export function stageType(
  stage: ProgramStage,
  plugin: string,
  source: string,
  { panel, python }: Pick<NativeStage, "panel" | "python"> = {},
): AnyNodeType {
  const { id, doc, mode, figures } = stage;
  const shipped = shippedName(id);
  const type = shipped?.type ?? id;
  const { config, converts, accepts, commands, isolated } = readStageConfig(stage.config);
  const descriptor: NodeDescriptor = {
    type,
    className: className(type),
    source,
    description: firstSentence(doc),
    doc,
    category: shipped?.family ?? stage.category ?? "plugin",
    tags: [
      python === undefined ? "native" : "python",
      ...stage.tags ?? [],
      ...shipped === undefined ? ["plugin"] : [],
      plugin,
    ],
    mode,
    trigger: "any",
    lane: "native",
    ...(python !== undefined && { process: true as const }),
    ...(isolated && { isolated }),
    converts,
    isAsync: false,
    inputs: stage.inputs.map((port) => portOf(port, "input", accepts[port.name])),
    outputs: stage.outputs.map((port) => portOf(port, "output")),
    config,
    ...(figures.length > 0 && { figures }),
    ...(Object.keys(commands).length > 0 && { commands: describedCommands(commands) }),
  };
  enterNativeStage(type, {
    id,
    figures,
    ...(panel !== undefined && { panel }),
    ...(python !== undefined && { python }),
  });
  return defineNodeType({ descriptor, load: () => refuseLoading(type) });
}

/**
 * Reads the stages in the libraries of the shipped plugins, for the generator.
 *
 * @param folder the folder of the plugins, for the sources of the stages
 * @throws {SluiceError} `NativeUnavailable` or `AbiMismatch` if the native library cannot be used
 * @throws {RangeError} with the reason, as a clause, if a plugin's library cannot be used
 */
export function readShippedStages(folder: string): ShippedStage[] {
  return SHIPPED_PLUGINS.flatMap((plugin) =>
    openShipped(plugin).map((stage) => ({
      plugin,
      descriptor: stageType(stage, plugin, `${folder}/${plugin}/${MANIFEST}`).descriptor,
    }))
  );
}

function describedCommands(commands: StageConfig["commands"]): NodeDescriptor["commands"] {
  return Object.fromEntries(Object.entries(commands).map(([name, description]) => [name, { description }]));
}

function portOf(port: PluginPort, direction: PortDescriptor["direction"], accepts?: FormatAccepts): PortDescriptor {
  const { name, doc, optional, burst } = port;
  const kind = nameOf(KIND, port.kind) as FrameKind;
  const formats = accepts || port.formats.length > 0 ? { ...formatsOf(kind, port.formats), ...accepts } : undefined;
  const schema = kind === "data" ? port.schema ?? "unknown" : undefined;
  return {
    name,
    direction,
    kind,
    type: schema === undefined ? KIND_FACTS[kind].frame : `DataFrame<${schema}>`,
    ...(schema !== undefined && { schema }),
    optional,
    ...(formats !== undefined && (direction === "input" ? { accepts: formats } : { gives: formats })),
    burst,
    doc,
  };
}

function formatsOf(kind: FrameKind, codes: readonly number[]): FormatAccepts | undefined {
  const names = codes.map((code) => nameOf(FORMAT, code));
  if (names.length === 0) return undefined;
  return kind === "video" ? { pixelFormat: names as PixelFormat[] } : { codec: names as Codec[] };
}

function nameOf(codes: { readonly [name: string]: number }, code: number): string {
  return Object.keys(codes).find((name) => codes[name] === code)!;
}

/** Returns the class name: `LowPass` for `com.example.low-pass`. */
function className(id: string): string {
  const last = id.slice(id.lastIndexOf(".") + 1);
  return last.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function firstSentence(doc: string): string {
  return /^[\s\S]*?[.!?](?=\s|$)/.exec(doc)?.[0].replaceAll(/\s+/g, " ") ?? doc;
}
