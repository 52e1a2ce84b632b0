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
 * These words, names that generated code uses itself, and the one by which `import()` would take the module for a
 * promise.
 */
const TAKEN: ReadonlySet<string> = new Set([
  ...RESERVED,
  ...[
    "globalThis",
    "nodes",
    "nodePackage",
    "defineNodeType",
    "definePackage",
    "forPlatform",
    "processorClass",
    "pluginStage",
    "shippedStage",
    "then",
  ],
]);

/** How many names of types are cached. */
const MOST_KNOWN = 10_000;

/** The cache of names: each is asked for many times in every run of a watch. */
const KNOWN = new Map<string, CodeNames>();

/** The names of a node type in code. */
interface CodeNames {
  readonly identifier: string;
  readonly prefix: string;
}

/** Whether an exported class or type can be imported without an alias. */
export function isBindingName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !RESERVED.has(name);
}

/** `wav-source` becomes `wavSource`, `mixer<4>` becomes `mixer4`; a taken word gets the suffix `Node`. */
export function identifierOf(type: string): string {
  return namesOf(type).identifier;
}

/** The key of a node type in `nodes`, by its constant: a word that cannot name a constant can be a key, `nodes.switch`. */
export function keyOf(identifier: string): string {
  const word = identifier.replace(/Node$/, "");
  return RESERVED.has(word) ? word : identifier;
}

/** Whether the constant of a node type needs a name other than the type's. */
export function isKeptIdentifier(type: string): boolean {
  return TAKEN.has(camelCase(type));
}

/** `wav-source` becomes `WavSource`, the prefix of its types' names. */
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
