/**
 * Strict JSON with places: no comments, no trailing commas, no duplicate keys.
 *
 * @module
 */
import { createScanner, type ParseError, printParseErrorCode, type SyntaxKind, visit } from "jsonc-parser";
import { describeValue } from "../errors/describe_value.ts";
import type { GraphDiagnostics } from "./diagnostics.ts";

/** Deepest nesting that the parser reads. */
const MAX_DEPTH = 64;
const BYTE_ORDER_MARK = "\uFEFF";
/** jsonc-parser's token numbers: its const enum has no values at run time. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, comma: 5, eof: 17 };

/** A value of a text. */
export interface JsonNode {
  readonly type: "object" | "array" | "scalar";
  readonly offset: number;
  /** The value of a scalar. */
  readonly value?: unknown;
  /** The elements of an array. */
  readonly children?: JsonNode[];
  /** The members of an object. Once the keys are checked, it has only the first of two with one name. */
  members?: JsonMember[];
}

/** Most members for a linear search; larger objects get an index of their names. */
const MAX_SEARCHED = 16;

/** One key of an object with its value. */
export interface JsonMember {
  readonly name: string;
  /** The offset of the key. */
  readonly offset: number;
  readonly value: JsonNode;
}

/**
 * Parses a text.
 *
 * @param base is added to every offset: see {@linkcode GraphDiagnostics.addFile}
 * @returns the root, or `undefined` if the text is not JSON: `diagnostics` then has the fault
 */
export function parseJson(text: string, diagnostics: GraphDiagnostics, base = 0): JsonNode | undefined {
  const refusal = refuseText(text);
  if (refusal !== undefined) {
    diagnostics.add("InvalidGraph", `Cannot read graph: ${refusal.message}`, base + refusal.offset);
    return undefined;
  }
  const errors: ParseError[] = [];
  const root = readTree(text, base, errors);
  if (errors.length > 0 || root === undefined) {
    const { message, offset } = explain(text, errors[0]);
    diagnostics.add("InvalidGraph", `Cannot read graph: not JSON: ${message}`, base + offset);
    return undefined;
  }
  try {
    JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
    diagnostics.add(
      "InvalidGraph",
      `Cannot read graph: not JSON: ${message.replace(/ in JSON at position.*$/, "")}`,
      base + offset,
    );
    return undefined;
  }
  checkKeys(root, diagnostics);
  return root;
}

/** Returns the members of an object node; of two with one name, the first. Empty for any other node. */
export function jsonMembers(node: JsonNode): readonly JsonMember[] {
  return node.members ?? [];
}

/** Returns the value of a node. */
export function jsonValue(node: JsonNode): unknown {
  if (node.type === "array") return (node.children ?? []).map(jsonValue);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(jsonMembers(node).map(({ name, value }) => [name, jsonValue(value)]));
}

/** Describes a node in a message: the value of a scalar, else its kind. */
export function describeJson(node: JsonNode): string {
  if (node.type === "array") return "a list";
  return node.type === "object" ? "an object" : describeValue(node.value);
}

/** @param base is added to offsets in the tree, but not to those of errors */
function readTree(text: string, base: number, errors: ParseError[]): JsonNode | undefined {
  let root: JsonNode | undefined;
  const open: JsonNode[] = [];
  let name = "";
  let nameAt = 0;
  const put = (node: JsonNode) => {
    const parent = open.at(-1);
    if (parent === undefined) root = node;
    else if (parent.type === "array") parent.children!.push(node);
    else parent.members!.push({ name, offset: nameAt, value: node });
  };
  const begin = (node: JsonNode) => {
    put(node);
    open.push(node);
  };
  visit(text, {
    onObjectBegin: (offset) => begin({ type: "object", offset: base + offset, members: [] }),
    onObjectProperty: (property, offset) => {
      name = property;
      nameAt = base + offset;
    },
    onObjectEnd: () => void open.pop(),
    onArrayBegin: (offset) => begin({ type: "array", offset: base + offset, children: [] }),
    onArrayEnd: () => void open.pop(),
    onLiteralValue: (value, offset) => put({ type: "scalar", offset: base + offset, value }),
    onError: (error, offset, length) => void errors.push({ error, offset, length }),
  }, { disallowComments: true, allowTrailingComma: false });
  return root;
}

/** Returns the reason not to parse a text at all. */
function refuseText(text: string): { message: string; offset: number } | undefined {
  if (text.startsWith(BYTE_ORDER_MARK)) {
    return { message: "the file starts with a byte order mark, wanted UTF-8 without one", offset: 0 };
  }
  if (text.trim() === "") return { message: "the file is empty, wanted an object with version and nodes", offset: 0 };
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: SyntaxKind = scanner.scan(); Number(token) !== TOKEN.eof; token = scanner.scan()) {
    const kind = Number(token);
    if (kind === TOKEN.openBrace || kind === TOKEN.openBracket) depth++;
    else if (kind === TOKEN.closeBrace || kind === TOKEN.closeBracket) depth--;
    if (depth > MAX_DEPTH) {
      return { message: `it is nested deeper than ${MAX_DEPTH} levels`, offset: scanner.getTokenOffset() };
    }
  }
  return undefined;
}

function explain(text: string, error: ParseError | undefined): { message: string; offset: number } {
  if (error === undefined) return { message: "wanted an object", offset: 0 };
  const { offset, length } = error;
  const found = offset >= text.length ? "the end of the file" : describeFound(text.slice(offset, offset + length));
  const afterComma = text.slice(0, offset).trimEnd().endsWith(",");
  const code = printParseErrorCode(error.error);
  switch (code) {
    case "InvalidSymbol":
      return { message: `found ${found}; names and texts stand in double quotes`, offset };
    case "PropertyNameExpected":
    case "ValueExpected":
      if (afterComma && /^[}\]]/.test(text.slice(offset))) {
        return { message: `a comma stands before ${found}, wanted none after the last entry`, offset };
      }
      return {
        message: `found ${found}, wanted a ${code === "ValueExpected" ? "value" : "key in double quotes"}`,
        offset,
      };
    case "ColonExpected":
      return { message: `found ${found}, wanted ":"`, offset };
    case "CommaExpected":
      return { message: `found ${found}, wanted "," or the end of the object or list`, offset };
    case "CloseBraceExpected":
      return { message: `found ${found}, wanted "}"`, offset };
    case "CloseBracketExpected":
      return { message: `found ${found}, wanted "]"`, offset };
    case "EndOfFileExpected":
      return { message: `found ${found} after the end of the object, wanted nothing`, offset };
    case "InvalidCommentToken":
    case "UnexpectedEndOfComment":
      return { message: "found a comment, which JSON does not have", offset };
    case "UnexpectedEndOfString":
      return { message: "a text has no closing double quote in its line", offset };
    case "InvalidEscapeCharacter":
    case "InvalidUnicode":
      return { message: `found a bad escape in ${found}`, offset };
    case "InvalidCharacter":
      return { message: "a text has a control character in it, wanted an escape such as \\n", offset };
    default:
      return { message: `found ${found}, wanted a number`, offset };
  }
}

function describeFound(text: string): string {
  return describeValue(text.split(/[\r\n]/)[0].slice(0, 40));
}

/** Reports and leaves out duplicate keys of an object, and the key with a special meaning in JavaScript. */
function checkKeys(root: JsonNode, diagnostics: GraphDiagnostics): void {
  const open: JsonNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const item of node.children ?? []) open.push(item);
    const { members = [] } = node;
    for (const { value } of members) open.push(value);
    const wrong = wrongMembers(members, diagnostics);
    if (wrong !== undefined) node.members = members.filter((each) => !wrong.has(each));
  }
}

/** Returns the members with refused keys; `undefined` if all are accepted. */
function wrongMembers(members: readonly JsonMember[], diagnostics: GraphDiagnostics): Set<JsonMember> | undefined {
  let wrong: Set<JsonMember> | undefined;
  const first = members.length > MAX_SEARCHED ? new Map<string, JsonMember>() : undefined;
  for (const member of members) {
    const { name, offset } = member;
    const earlier = first === undefined ? members.find((each) => each.name === name)! : first.get(name) ?? member;
    first?.set(name, earlier);
    if (name === "__proto__") {
      diagnostics.add("InvalidGraph", `Cannot read graph: "__proto__" is not allowed as a key`, offset);
    } else if (earlier !== member) {
      const { line, column } = diagnostics.place(earlier.offset);
      const message = `Cannot read graph: the key ${describeValue(name)} stands twice, first at ${line}:${column}`;
      diagnostics.add("InvalidGraph", message, offset);
    } else continue;
    wrong = (wrong ?? new Set()).add(member);
  }
  return wrong;
}
