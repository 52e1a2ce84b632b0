/**
 * The imports of a generated file: the names it imports, their modules, and their local names.
 *
 * @module
 */
import { compareText } from "../diagnostics.ts";
import type { FrameTypeModel, TypeArgumentModel } from "../model.ts";
import { relativePath, relativeSpecifier } from "../paths.ts";

/** An import of a piece of a generated file. */
export type ImportUse =
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "function"; readonly specifier: string; readonly name: string; readonly local: string }
  | {
    readonly kind: "type";
    readonly specifier: string;
    readonly name: string;
    readonly local: string;
    /** Whether the generated file exports it. */
    readonly isExported: boolean;
  };

/** Collects what a generated file imports. */
export class Imports {
  readonly #output: string;
  readonly #runtime: string;
  readonly #taken: Set<string>;
  readonly #values = new Set<string>();
  /** Records what is imported; absent while nothing is recorded. */
  #trace: ImportUse[] | undefined;
  readonly #wholes = new Map<string, string>();
  readonly #functions = new Set(["definePackage"]);
  /** Functions of this package, by local name. */
  readonly #own = new Map<string, { readonly specifier: string; readonly name: string }>();
  #plugins = false;
  /** Specifier to exported name to local name. */
  readonly #types = new Map<string, Map<string, string>>();

  /**
   * @param output path of the generated file
   * @param runtime specifier of the runtime
   * @param taken names that the file declares or imports otherwise
   */
  constructor(output: string, runtime: string, taken: Iterable<string>) {
    this.#output = output;
    this.#runtime = runtime;
    this.#taken = new Set(taken);
  }

  /** Records what is imported while something is made. */
  noting<T>(make: () => T): { readonly made: T; readonly uses: readonly ImportUse[] } {
    const uses: ImportUse[] = [];
    this.#trace = uses;
    try {
      return { made: make(), uses };
    } finally {
      this.#trace = undefined;
    }
  }

  /**
   * Repeats recorded imports.
   *
   * @returns whether every local name is the same as then
   */
  replay(uses: readonly ImportUse[]): boolean {
    return uses.every((use) => {
      if (use.kind === "value") {
        this.value(use.name);
        return true;
      }
      if (use.kind === "function") return this.function(use.specifier, use.name, use.local) === use.local;
      const local = this.type(use.specifier, use.name);
      if (use.isExported) this.#export(local);
      return local === use.local;
    });
  }

  /** The specifier by which the generated file reaches another file. */
  specifierOf(path: string): string {
    return relativeSpecifier(this.#output, path);
  }

  /** The path of another file, from the generated file. */
  pathOf(path: string): string {
    return relativePath(this.#output, path).replace(/^\.\//, "");
  }

  /** Imports a whole module. @returns its local name: the wanted one, followed by `_` if it is taken */
  whole(specifier: string, wanted: string): string {
    let local = wanted;
    while (this.#taken.has(local)) local = `${local}_`;
    this.#taken.add(local);
    this.#wholes.set(local, specifier);
    return local;
  }

  /** Imports a function of the runtime. */
  value(name: string): void {
    this.#functions.add(name);
    this.#trace?.push({ kind: "value", name });
  }

  /** Imports a function of this package. @returns its local name: the wanted one, followed by `_` if it is taken */
  function(specifier: string, name: string, wanted: string): string {
    let local = wanted;
    while (this.#taken.has(local)) local = `${local}_`;
    this.#taken.add(local);
    this.#own.set(local, { specifier, name });
    this.#trace?.push({ kind: "function", specifier, name, local });
    return local;
  }

  /** Imports what makes the node type of a plugin's stage. */
  pluginStage(): void {
    this.#plugins = true;
  }

  /** Imports a type of this package that has a fixed layout, and exports it. @returns its local name */
  struct(path: string, name: string): string {
    const local = this.type(this.specifierOf(path), name);
    this.#export(local);
    return local;
  }

  /** The source of a type argument. */
  argument(argument: TypeArgumentModel, isExported = false): string {
    if (argument.kind === "global") return argument.text;
    if (argument.kind === "parameter") return argument.name;
    const specifier = argument.kind === "file" ? this.specifierOf(argument.path) : argument.specifier;
    const local = this.type(specifier, argument.name);
    if (isExported && argument.kind === "file") this.#export(local);
    const terms = argument.terms?.map((each) => this.argument(each, isExported)) ?? [];
    return terms.length === 0 ? local : `${local}<${terms.join(", ")}>`;
  }

  /** Imports a type of the runtime, whose names are never changed. */
  runtime(name: string): string {
    return this.type(this.#runtime, name);
  }

  /**
   * Imports a type.
   *
   * @returns its local name: its own, followed by a number if it is taken
   */
  type(specifier: string, name: string): string {
    let names = this.#types.get(specifier);
    if (names === undefined) this.#types.set(specifier, names = new Map());
    let local = names.get(name);
    if (local === undefined) {
      local = name;
      for (let n = 2; this.#taken.has(local) && specifier !== this.#runtime; n++) local = `${name}${n}`;
      this.#taken.add(local);
      names.set(name, local);
    }
    this.#trace?.push({ kind: "type", specifier, name, local, isExported: false });
    return local;
  }

  /** The source of a frame type. */
  frame({ frame, argument, or = [], parameter }: FrameTypeModel): string {
    if (parameter !== undefined) return parameter;
    const name = this.runtime(frame);
    const own = argument === undefined ? name : `${name}<${this.argument(argument, true)}>`;
    return [own, ...or.map((each) => this.frame(each))].join(" | ");
  }

  /** The source of a frame type with `unknown` for open type parameters. */
  closedFrame({ frame, argument, or }: FrameTypeModel): string {
    if (argument?.kind === "parameter") return this.runtime(frame);
    return this.frame({ frame, argument: argument && closed(argument), or });
  }

  /** Local names of this package's types that data frames carry, sorted. */
  valueTypes(): string[] {
    return [...this.#values].sort(compareText);
  }

  #export(local: string): void {
    this.#values.add(local);
    const last = this.#trace?.pop();
    if (last !== undefined) {
      this.#trace!.push(last.kind === "type" && last.local === local ? { ...last, isExported: true } : last);
    }
  }

  /** All import declarations, those of the runtime first, then by specifier. */
  source(): string {
    const functions = [...this.#functions].sort(compareText).join(", ");
    const lines = [`import { ${functions} } from ${JSON.stringify(this.#runtime)};`];
    if (this.#plugins) lines.push(`import { pluginStage } from ${JSON.stringify(pluginDoor(this.#runtime))};`);
    for (const [local, specifier] of this.#wholes) {
      lines.push(`import * as ${local} from ${JSON.stringify(specifier)};`);
    }
    for (const [local, { specifier, name }] of this.#own) {
      lines.push(`import { ${name} as ${local} } from ${JSON.stringify(specifier)};`);
    }
    const specifiers = [...this.#types.keys()].sort((a, b) =>
      Number(b === this.#runtime) - Number(a === this.#runtime) || compareText(a, b)
    );
    for (const specifier of specifiers) {
      const names = [...this.#types.get(specifier) ?? []].sort(([a], [b]) => compareText(a, b))
        .map(([name, local]) => name === local ? name : `${name} as ${local}`);
      lines.push(`import type { ${names.join(", ")} } from ${JSON.stringify(specifier)};`);
    }
    return lines.join("\n");
  }
}

/** The door for plugins, beside that for generated code. */
function pluginDoor(runtime: string): string {
  return runtime.replace(/[^/]*$/, (name) => name.endsWith(".ts") ? "plugins.ts" : "plugins");
}

function closed(argument: TypeArgumentModel): TypeArgumentModel {
  if (argument.kind === "parameter") return { kind: "global", text: "unknown" };
  if (argument.kind === "global" || argument.terms === undefined) return argument;
  return { ...argument, terms: argument.terms.map(closed) };
}
