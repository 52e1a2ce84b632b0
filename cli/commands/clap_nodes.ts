/**
 * The node types that `sluice clap scan` makes of CLAP plugins: what the stage library reads beside itself. Each is the stage
 * `clap` with the ports of one plugin, and a key for each of its parameters.
 *
 * @module
 */
import type { ConfigSchema } from "../../core/descriptor/descriptor.ts";
import type { ClapInfo, ClapParameter, ClapPlugin, ClapPort } from "./clap_program.ts";

/** The name of the file that has them. */
export const NODES_FILE = "clap-nodes.json";

/** The form of the file that the library reads. */
const FORM = 1;

/** Most bytes of a node type's schema, and most letters of an id and of a text about a plugin: the library's are some more. */
const MOST_BYTES = 60_000;
const MOST_LETTERS = 64;
const MOST_ABOUT = 2_000;

/** The keys of the stage `clap` that a node type has, too. */
export type ClapKeys = {
  readonly [key in "parameters" | "state" | "blockSize" | "tailSeconds" | "waitMs"]: ConfigSchema;
};

/** A plugin, and where it is. */
export interface ScannedClap {
  readonly file: string;
  readonly plugin: ClapPlugin;
  readonly info: ClapInfo;
}

/** A node type as the library reads it. */
export interface ClapNode {
  readonly stage: string;
  readonly plugin: string;
  readonly name: string;
  readonly version: string;
  readonly doc: string;
  readonly config: { readonly properties: { readonly [key: string]: ConfigSchema } };
  /** What each input for audio is, the main one first. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The keys of parameters, with the ids of those. */
  readonly parameters: readonly (readonly [key: string, id: number])[];
}

/** @param own the schemas of the keys of `clap` @param commands its commands, each with what it does */
export function clapNodes(
  all: readonly ScannedClap[],
  own: ClapKeys,
  commands: { readonly [name: string]: string },
): ClapNode[] {
  const taken = new Set<string>();
  return all.map(({ file, plugin, info }) => {
    const { id, name, vendor, version, description, features } = plugin;
    const stage = stageId(id, taken);
    const { properties, parameters, left } = configOf(file, id, info.parameters, own);
    const about = plain(description).slice(0, MOST_ABOUT);
    const facts = [
      `It is the CLAP plugin \`${plain(id)}\`${vendor === "" ? "" : ` by ${plain(vendor)}`}: ${
        features.map(plain).join(", ")
      }.`,
      ...left > 0 ? [`${left} more parameters are set by name in \`parameters\`.`] : [],
    ].join(" ");
    return {
      stage,
      plugin: id,
      name: plain(name) || id,
      version: plain(version) || "0",
      doc: `${ended(plain(`${name}: ${about === "" ? "a CLAP plugin" : about}`))}\n\n${facts}\n\n` +
        "Everything else is as with `clap`: parameters change with the next sample, or by `eventsIn` at a sample of " +
        'their own, and the plugin runs in a process of its own unless the node says `"isolate": false`.',
      config: { properties, "x-isolate": "process", "x-commands": commands },
      inputs: portsOf(info.inputs, "Its sound counts for nothing: the blocks give the pace."),
      outputs: portsOf(info.outputs, ""),
      parameters,
    };
  });
}

/** The file's text. */
export function clapNodesText(nodes: readonly ClapNode[]): string {
  return `${JSON.stringify({ form: FORM, nodes }, undefined, 1)}\n`;
}

function configOf(file: string, id: string, all: readonly ClapParameter[], own: ClapKeys) {
  const { parameters: others, ...rest } = own;
  const properties: Record<string, ConfigSchema> = {};
  const parameters: (readonly [string, number])[] = [];
  const ends: Record<string, ConfigSchema> = {
    parameters: {
      ...others,
      description: "Values of other parameters, or texts as the plugin shows them, by name or id.",
    },
    ...rest,
    path: {
      type: "string",
      minLength: 1,
      default: file,
      "x-reaches": "command",
      description: "The file with the plugin.",
    },
    plugin: { type: "string", enum: [id], default: id, description: "The plugin's id." },
  };
  const taken = new Set(Object.keys(ends));
  let bytes = JSON.stringify(ends).length + 1_000;
  let left = 0;
  for (const parameter of all.filter(({ readOnly }) => !readOnly)) {
    const key = keyOf(parameter, taken);
    const schema = schemaOf(parameter, key === camel(parameter.name));
    const more = new TextEncoder().encode(JSON.stringify({ [key]: schema })).length;
    if (bytes + more > MOST_BYTES) {
      left++;
      continue;
    }
    bytes += more;
    taken.add(key);
    properties[key] = schema;
    parameters.push([key, parameter.id]);
  }
  return { properties: { ...properties, ...ends }, parameters, left };
}

/**
 * The schema of a parameter's key. It has no default: without a value the plugin keeps its own, or that of its state.
 *
 * @param isPlain its name says enough, without its group
 */
function schemaOf(parameter: ClapParameter, isPlain: boolean): ConfigSchema {
  const { name, module, minimum, maximum, default: standard, stepped, steps } = parameter;
  const start = standard ?? minimum ?? 0;
  const of = isPlain ? plain(name) : plain(`${module}: ${name}`);
  const isToggle = stepped && minimum === 0 && maximum === 1;
  const named = steps !== null && new Set(steps).size === steps.length &&
    steps.every((each) => !/^-?[\d.]+$/.test(each));
  const about = (value: string) => ({ "x-live": true as const, description: `${of}; ${value} without a value.` });
  if (named && steps.length > 0) {
    return { enum: [...steps], ...about(plain(steps[start - (minimum ?? 0)] ?? steps[0])) };
  }
  if (isToggle) return { type: "boolean", ...about(String(start >= 0.5)) };
  const range = {
    ...minimum !== null && { minimum: round(minimum) },
    ...maximum !== null && { maximum: round(maximum) },
  };
  return { type: stepped ? "integer" : "number", ...range, ...about(String(round(start))) };
}

/** A key that no other has: of the name, of its group and name, or of its id. */
function keyOf({ id, name, module }: ClapParameter, taken: ReadonlySet<string>): string {
  const keys = [camel(name), camel(`${module} ${name}`), `parameter${id}`];
  return keys.find((key) => key !== "" && !taken.has(key)) ?? `parameter${id}`;
}

function camel(text: string): string {
  const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  const joined = words.map((word) => word.toLowerCase()).map((word, k) =>
    k === 0 ? word : word[0].toUpperCase() + word.slice(1)
  )
    .join("");
  return /^\d/.test(joined) ? `p${joined}` : joined;
}

/** The id in lower-case letters, digits and `-`, as those of stages are. */
function stageId(id: string, taken: Set<string>): string {
  const parts = id.toLowerCase().split(".").map((part) => part.replaceAll(/[^a-z0-9-]+/g, "-").replace(/^[^a-z]+/, ""))
    .filter((part) => part !== "");
  const wanted = (parts.length > 1 ? parts : ["clap", ...parts, ...parts.length === 0 ? ["plugin"] : []]).join(".");
  for (let k = 1;; k++) {
    const end = k === 1 ? "" : `-${k}`;
    const found = wanted.slice(0, MOST_LETTERS - end.length).replace(/\.$/, "") + end;
    if (taken.has(found)) continue;
    taken.add(found);
    return found;
  }
}

/** What the ports with channels are, the main one first. @param none of the port that stands in where there is none */
function portsOf(ports: readonly ClapPort[], none: string): string[] {
  const all = ports.filter(({ channels }) => channels > 0);
  const ordered = [...all.filter(({ main }) => main), ...all.filter(({ main }) => !main)];
  const said = ordered.map(({ name, channels }) =>
    `${plain(name)}: ${channels} ${channels === 1 ? "channel" : "channels"}.`
  );
  return said.length === 0 ? [none] : said;
}

function plain(text: string): string {
  return text.replaceAll(/\p{C}+/gu, " ").trim();
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A number with as many digits as a 32-bit one has. */
function round(value: number): number {
  return Number(value.toPrecision(7));
}
