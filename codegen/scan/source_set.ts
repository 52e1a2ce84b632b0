/**
 * The parsed files, and the meaning of names in them. Everything is read from the syntax: no type checker runs and no
 * library declarations are loaded.
 *
 * @module
 */
import { join, posix } from "node:path";
import { type Node, Project, type SourceFile, ts } from "ts-morph";
import { hashSourceNow } from "../files/source_hash.ts";
import { compareText, type Diagnostic, diagnosticAt } from "../diagnostics.ts";
import type { SourceModel } from "../model.ts";
import { isBindingName } from "../names.ts";
import { pathOfSpecifier } from "../paths.ts";
import { stampOf } from "../files/source_stamps.ts";
import { findDeepNode, findOverflow, isOverflow, NESTING_LIMIT, type TextRange } from "./nesting.ts";
import { readSource, type SourceText } from "../files/read_source.ts";
import { findImport, findLocal, type ImportedName, type Meaning, readScope, type Scope } from "./scope.ts";

/** The most steps of `export … from` that are followed. */
const RE_EXPORT_LIMIT = 32;

/** A declaration at the top level of a file. */
export interface Declared {
  readonly kind: "declared";
  /** Path of the file. */
  readonly path: string;
  /** The name in its declaration. */
  readonly name: string;
  readonly node: Node;
}

/** The meaning of a name. */
export type Binding =
  | Declared
  /** An import from another package, which is not followed. */
  | { readonly kind: "package"; readonly specifier: string; readonly name: string }
  /** An import that leads nowhere. */
  | { readonly kind: "broken"; readonly reason: string }
  /** Neither declared nor imported in the file. */
  | { readonly kind: "global"; readonly name: string };

/** Files of one package, parsed on demand. Paths are relative to the package's root. */
export class SourceSet {
  readonly #root: string;
  readonly #project = new Project({
    useInMemoryFileSystem: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext },
  });
  #count = 0;
  readonly #files = new Map<string, SourceFile | undefined>();
  readonly #paths = new Map<SourceFile, string>();
  readonly #hashes = new Map<string, string>();
  /** The state of each file at the time it was read. */
  readonly #stamps = new Map<string, string | undefined>();
  readonly #tooDeep = new Map<string, Diagnostic>();
  #used = new Set<string>();
  #touched = new Set<string>();
  readonly #scopes = new Map<string, Scope>();

  /** @param root absolute path of the package's root */
  constructor(root: string) {
    this.#root = root;
  }

  /** Starts new sets that record the files that were looked at (`touched`) and those that generated code depends on. */
  trace(): { readonly touched: ReadonlySet<string>; readonly used: ReadonlySet<string> } {
    this.#used = new Set();
    this.#touched = new Set();
    return { touched: this.#touched, used: this.#used };
  }

  /** Forgets a file that has changed, appeared or vanished. */
  forget(path: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) {
      this.#paths.delete(file);
      this.#project.removeSourceFile(file);
    }
    this.#files.delete(path);
    this.#scopes.delete(path);
    this.#hashes.delete(path);
    this.#tooDeep.delete(path);
  }

  /** Paths of all files that were opened and not forgotten. */
  get opened(): string[] {
    return [...this.#files.keys()];
  }

  /** Reads a file's text. */
  readText(path: string): SourceText {
    this.#touched.add(path);
    const file = join(this.#root, path);
    // Before the reading, so that a file that is saved meanwhile has another stamp afterwards.
    this.#stamps.set(path, stampOf(file));
    return readSource(file);
  }

  /** Parses a file once. Returns `undefined` if it cannot be read, or is nested too deeply. */
  open(path: string): SourceFile | undefined {
    this.#touched.add(path);
    if (!this.#files.has(path)) {
      const read = this.readText(path);
      const text = read.ok ? read.text : undefined;
      const file = text === undefined ? undefined : this.#parse(path, text);
      this.#files.set(path, file);
      if (file !== undefined && text !== undefined) {
        this.#paths.set(file, path);
      }
    }
    return this.#files.get(path);
  }

  /** The stamp of a file at the time it was read; `undefined` if it did not exist. */
  stampOf(path: string): string | undefined {
    return this.#stamps.get(path);
  }

  /** The path that a node's file was opened by. */
  pathOf(node: Node): string {
    return this.#paths.get(node.getSourceFile()) ?? "";
  }

  /** Records that generated code depends on a file. Files that names lead into are recorded without this. */
  use(path: string): void {
    this.#used.add(path);
  }

  /** Files with their hashes, sorted by path. */
  sources(paths: ReadonlySet<string>): SourceModel[] {
    return [...paths].sort(compareText).map((path) => ({ path, hash: this.#hash(path) }));
  }

  /** The syntax errors of a file. */
  syntaxErrors(path: string): Diagnostic[] {
    const file = this.open(path);
    if (file === undefined) return [this.#tooDeep.get(path)].filter((each) => each !== undefined);
    // The public API for these errors wants a whole program with its libraries.
    const { parseDiagnostics } = file.compilerNode as unknown as { parseDiagnostics?: ts.DiagnosticWithLocation[] };
    const text = file.getFullText();
    return (parseDiagnostics ?? []).map(({ start, length, messageText }) =>
      diagnosticAt(
        path,
        text,
        start,
        start + length,
        `Cannot parse the file: ${ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, "")}`,
        `correct the syntax; "deno check ${path}" shows all of it`,
      )
    );
  }

  /**
   * The meaning of a name, or of `namespace.Name`, in a file.
   *
   * @param meaning decides if a type and a value share the name
   */
  resolve(path: string, name: string, meaning: Meaning = "type"): Binding {
    const scope = this.#scope(path);
    if (scope === undefined) return { kind: "broken", reason: this.#whyClosed(path) };
    const node = findLocal(scope, name, meaning);
    if (node !== undefined) return { kind: "declared", path, name, node };
    const imported = findImport(scope, name);
    if (imported === undefined) return { kind: "global", name };
    return this.#follow(path, imported, meaning, RE_EXPORT_LIMIT, new Set());
  }

  /** The original name of an imported name; `undefined` if the file does not import it. */
  importedAs(path: string, local: string): string | undefined {
    const scope = this.#scope(path);
    return scope && findImport(scope, local)?.name;
  }

  /** Whether a file imports one of some names from a module. */
  importsFrom(path: string, specifier: string, names: ReadonlySet<string>): boolean {
    const imports = this.#scope(path)?.imports.values() ?? [];
    return [...imports].some((each) => each.specifier === specifier && names.has(each.name));
  }

  /** Whether a file declares a name at its top level. */
  declares(path: string, name: string): boolean {
    const scope = this.#scope(path);
    return scope !== undefined && findLocal(scope, name, "type") !== undefined;
  }

  /**
   * The name under which a file exports one of its declarations: its own or another, before `default` and what is
   * no identifier, such as `"a b"` with its quotes. `undefined` if it does not export it.
   */
  exportedName(path: string, local: string): string | undefined {
    const names = [...this.#scope(path)?.exports ?? []].flatMap(([name, target]) =>
      "local" in target && target.local === local ? [name] : []
    );
    return names.find((name) => name === local && isBindingName(name)) ?? names.find(isBindingName) ?? names[0];
  }

  /** @param seen where a name was looked for, so that no file is searched twice */
  #follow(
    from: string,
    { specifier, name }: ImportedName,
    meaning: Meaning,
    steps: number,
    seen: Set<string>,
  ): Binding {
    if (!/^\.\.?\//.test(specifier)) return { kind: "package", specifier, name };
    const path = posix.normalize(posix.join(posix.dirname(from), pathOfSpecifier(specifier)));
    const scope = this.#scope(path);
    if (scope === undefined) return { kind: "broken", reason: this.#whyClosed(path) };
    this.use(path);
    if (name === "*") return { kind: "broken", reason: "it is a whole module" };
    return this.#exported(path, name, meaning, scope, steps, seen) ??
      { kind: "broken", reason: `"${path}" does not export "${name}"` };
  }

  #exported(
    path: string,
    name: string,
    meaning: Meaning,
    scope: Scope,
    steps: number,
    seen: Set<string>,
  ): Binding | undefined {
    if (seen.has(`${path}#${name}`)) return undefined;
    seen.add(`${path}#${name}`);
    if (steps === 0) return { kind: "broken", reason: `too many re-exports lead to "${name}"` };
    const target = scope.exports.get(name);
    if (target !== undefined && "local" in target) {
      const node = findLocal(scope, target.local, meaning);
      if (node !== undefined) return { kind: "declared", path, name: target.local, node };
      const imported = scope.imports.get(target.local);
      return imported === undefined ? undefined : this.#follow(path, imported, meaning, steps - 1, seen);
    }
    if (target !== undefined) return this.#follow(path, target, meaning, steps - 1, seen);
    for (const star of scope.stars) {
      const found = this.#follow(path, { specifier: star, name }, meaning, steps - 1, seen);
      if (found.kind === "declared") return found;
    }
    return undefined;
  }

  #parse(path: string, text: string): SourceFile | undefined {
    let place: TextRange | undefined;
    try {
      const file = this.#project.createSourceFile(`/${this.#count++}/file.ts`, text);
      place = findDeepNode(file.compilerNode);
      if (place === undefined) return file;
      this.#project.removeSourceFile(file);
    } catch (error) {
      if (!isOverflow(error)) throw error;
      place = findOverflow(text);
    }
    const message = `Cannot read the file: it is nested more than ${NESTING_LIMIT} levels deep`;
    const mend = "give the inner types names of their own, and move inner code into functions";
    this.#tooDeep.set(path, diagnosticAt(path, text, place.start, place.end, message, mend));
    return undefined;
  }

  #whyClosed(path: string): string {
    return `"${path}" ${this.#tooDeep.has(path) ? "is nested too deeply" : "cannot be read"}`;
  }

  #hash(path: string): string {
    const file = this.#files.get(path);
    // A file that is read each time has no known changes.
    if (file === undefined) return hashSourceNow(this.#textOf(path));
    let hash = this.#hashes.get(path);
    if (hash === undefined) this.#hashes.set(path, hash = hashSourceNow(file.getFullText()));
    return hash;
  }

  #textOf(path: string): string {
    const read = this.readText(path);
    return read.ok ? read.text : "";
  }

  #scope(path: string): Scope | undefined {
    this.#touched.add(path);
    const known = this.#scopes.get(path);
    if (known !== undefined) return known;
    const file = this.open(path);
    if (file === undefined) return undefined;
    const scope = readScope(file);
    this.#scopes.set(path, scope);
    return scope;
  }
}
