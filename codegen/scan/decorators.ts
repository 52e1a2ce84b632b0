/**
 * Finds the annotations of a class or field and reads their options.
 *
 * @module
 */
import { type Decorator, Node } from "ts-morph";
import { listNames, nearestName } from "../../core/errors.ts";
import type { ScanContext } from "./context.ts";
import { evaluate } from "./literal.ts";

/** The annotations that the generator reads. */
export type AnnotationName = "processor" | "input" | "output" | "config" | "command";

const ANNOTATIONS: ReadonlySet<string> = new Set<AnnotationName>(["processor", "input", "output", "config", "command"]);

/** One annotation. */
export interface Annotation {
  readonly name: AnnotationName;
  readonly node: Decorator;
}

/** A rule for an option: a test, and its description in messages. */
export interface OptionRule {
  readonly accepts: (value: unknown) => boolean;
  readonly wanted: string;
}

/** An option that is one of some words. */
export function oneOf(...words: string[]): OptionRule {
  return {
    accepts: (value) => words.includes(value as string),
    wanted: listNames(words).replace(/ and (?=[^ ]*$)/, " or "),
  };
}

/** An option that is `true` or `false`. */
export const FLAG: OptionRule = { accepts: (value) => typeof value === "boolean", wanted: "true or false" };

/** An option that is a whole number in a range. */
export function wholeNumber(least: number, most: number): OptionRule {
  return {
    accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    wanted: `a whole number from ${least} to ${most}`,
  };
}

/** An option that is a list of things that a rule accepts. */
export function listOf(rule: OptionRule): OptionRule {
  return {
    accepts: (value) => Array.isArray(value) && value.every(rule.accepts),
    wanted: `a list, each ${rule.wanted}`,
  };
}

/** An option that is text. */
export const TEXT: OptionRule = {
  accepts: (value) => typeof value === "string" && value.trim() !== "",
  wanted: "a string that is not empty",
};

/** An option that is an object with some optional keys. */
export function objectOf(rules: { readonly [key: string]: OptionRule }): OptionRule {
  return {
    accepts: (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) &&
      Object.entries(value).every(([key, each]) => Object.hasOwn(rules, key) && rules[key].accepts(each)),
    wanted: `an object of ${Object.entries(rules).map(([key, rule]) => `"${key}" (${rule.wanted})`).join(" and ")}`,
  };
}

/** An option that one of two rules accepts. */
export function either(a: OptionRule, b: OptionRule): OptionRule {
  return { accepts: (value) => a.accepts(value) || b.accepts(value), wanted: `${a.wanted}, or ${b.wanted}` };
}

/**
 * The annotations on a class or a member. A decorator counts by the name that it is imported under; one that the file
 * declares itself does not count.
 */
export function annotationsOf(context: ScanContext, node: Node): Annotation[] {
  if (!Node.isDecoratable(node)) return [];
  const found: Annotation[] = [];
  for (const decorator of node.getDecorators()) {
    const name = annotationName(context, decorator);
    if (name !== undefined) found.push({ name, node: decorator });
  }
  return found;
}

/**
 * Reads the options of an annotation: the values by name, or `undefined` if something was refused.
 *
 * @param rules the options there are
 */
export function readOptions(
  context: ScanContext,
  { name, node }: Annotation,
  rules: { readonly [option: string]: OptionRule },
): Record<string, unknown> | undefined {
  if (!node.isDecoratorFactory()) {
    return context.refuse(node, `Cannot use "@${name}" without brackets`, `write "@${name}()"`);
  }
  const [options, extra] = node.getArguments();
  if (extra !== undefined) {
    return context.refuse(extra, `Cannot use a second argument of "@${name}": wanted one object`, "remove it");
  }
  if (options === undefined) return {};
  if (!Node.isObjectLiteralExpression(options)) {
    return context.refuse(
      options,
      `Cannot read the options of "@${name}": found ${quote(options)}, wanted an object of literals`,
      `write the options in place: "@${name}({ … })"`,
    );
  }
  const values: Record<string, unknown> = {};
  let isGood = true;
  for (const property of options.getProperties()) {
    const initializer = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined;
    const key = Node.isPropertyAssignment(property) ? property.getName().replace(/^["']|["']$/g, "") : "";
    const known = Object.keys(rules);
    if (initializer !== undefined && !known.includes(key)) {
      const nearest = nearestName(key, known);
      context.refuse(
        property,
        `Cannot use option "${key}" of "@${name}": it is not known; wanted ${listNames(known)}`,
        nearest === undefined ? "remove it" : `write "${nearest}"`,
      );
      isGood = false;
      continue;
    }
    const value = initializer === undefined ? undefined : evaluate(initializer);
    if (value === undefined || !value.ok) {
      const at = value?.at ?? property;
      context.refuse(
        at,
        `Cannot read the options of "@${name}": ${quote(at)} is not a literal`,
        "write the value itself in its place",
      );
      isGood = false;
      continue;
    }
    if (!rules[key].accepts(value.value)) {
      context.refuse(
        initializer ?? property,
        `Cannot use ${JSON.stringify(value.value)} as option "${key}" of "@${name}": wanted ${rules[key].wanted}`,
        `give ${rules[key].wanted}`,
      );
      isGood = false;
      continue;
    }
    values[key] = value.value;
  }
  return isGood ? values : undefined;
}

/** A node's text, in quotes, on one line and not too long. */
export function quote(node: Node): string {
  const text = node.getText().replace(/\s+/g, " ");
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return short.startsWith('"') ? short : `"${short}"`;
}

function annotationName(context: ScanContext, decorator: Decorator): AnnotationName | undefined {
  const called = decorator.getCallExpression()?.getExpression() ?? decorator.getExpression();
  if (!Node.isIdentifier(called) && !Node.isPropertyAccessExpression(called)) return undefined;
  const path = context.sources.pathOf(decorator);
  const name = context.sources.importedAs(path, called.getText());
  if (name !== undefined && ANNOTATIONS.has(name)) return name as AnnotationName;
  if (context.sources.declares(path, called.getText())) return undefined;
  if (name !== undefined || !ANNOTATIONS.has(called.getText())) return misspeltAnnotation(context, called, name);
  context.refuse(
    called,
    `Cannot use "@${called.getText()}": it is not imported`,
    `import { ${called.getText()} } from the runtime`,
  );
  return called.getText() as AnnotationName;
}

/**
 * Refuses what is nearly an annotation and is imported from nowhere, or from where annotations come.
 *
 * @param imported the name in its import
 * @returns the annotation that is meant
 */
function misspeltAnnotation(
  context: ScanContext,
  called: Node,
  imported: string | undefined,
): AnnotationName | undefined {
  const written = imported ?? called.getText();
  const meant = nearestName(written, ANNOTATIONS) as AnnotationName | undefined;
  if (meant === undefined) return undefined;
  const path = context.sources.pathOf(called);
  const target = context.sources.resolve(path, called.getText());
  if (target.kind === "declared") return undefined;
  if (target.kind === "package" && !context.sources.importsFrom(path, target.specifier, ANNOTATIONS)) return undefined;
  context.refuse(called, `Cannot use "@${written}": there is no such annotation`, `write "@${meant}"`);
  return meant;
}
