/**
 * Identifiers for node types in generated code.
 *
 * @module
 */

/** Words that cannot name a constant. */
const RESERVED: ReadonlySet<string> = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield").split(" "),
);

/**
 * Those, names that generated code uses itself, and the one by which `import()` would take the module for a promise.
 */
const TAKEN: ReadonlySet<string> = new Set([
  ...RESERVED,
  ...["globalThis", "nodes", "nodePackage", "defineNodeType", "definePackage", "forPlatform", "processorClass", "then"],
]);

/** Most names of types that are kept with what code calls them. */
const MOST_KNOWN = 10_000;

/** What code calls the types that were asked for: each is asked for many times, by each run of a watch. */
const KNOWN = new Map<string, CodeNames>();

/** What code calls a node type. */
interface CodeNames {
  readonly identifier: string;
  readonly prefix: string;
}

/** Whether an export of a class or type can be imported without another name for it. */
export function isBindingName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !RESERVED.has(name);
}

/** `wav-source` becomes `wavSource`, `mixer<4>` becomes `mixer4`; a word that is taken gets `Node` behind it. */
export function identifierOf(type: string): string {
  return namesOf(type).identifier;
}

/** Whether the constant of a node type cannot have the type's own name. */
export function isKeptIdentifier(type: string): boolean {
  return TAKEN.has(camelCase(type));
}

/** `wav-source` becomes `WavSource`: what the names of its types start with. */
export function typePrefixOf(type: string): string {
  return namesOf(type).prefix;
}

function namesOf(type: string): CodeNames {
  let names = KNOWN.get(type);
  if (names === undefined) {
    if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
    const name = camelCase(type);
    const prefix = plain(type).replace(/(?:^|-)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    names = {
      identifier: TAKEN.has(name) ? `${name}Node` : name,
      // The runtime exports a type `NodeHandle`.
      prefix: prefix === "Node" ? "NodeNode" : prefix,
    };
    KNOWN.set(type, names);
  }
  return names;
}

function camelCase(type: string): string {
  return plain(type).replace(/-([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function plain(type: string): string {
  return type.replace(/[^A-Za-z0-9-]+/g, "-").replace(/-+$/, "").replace(
    /-(?=\d)/g,
    (dash, at: number, whole: string) => /\d/.test(whole[at - 1]) ? "_" : dash,
  );
}
