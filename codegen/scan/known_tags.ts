/**
 * The tags of doc comments that the generator reads, and those of other tools, which it ignores.
 *
 * @module
 */
import { nearestName } from "../../core/errors.ts";

/** Tags that describe a configuration value. */
export const VALUE_TAGS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
  "integer",
  "unit",
  "reaches",
  "example",
  "deprecated",
] as const;

/** A tag that describes a configuration value. */
export type ValueTagName = typeof VALUE_TAGS[number];

/** Names that people use for a value tag that has another name here. */
const ALIASES: { readonly [name: string]: ValueTagName } = {
  step: "multipleOf",
  regex: "pattern",
  regexp: "pattern",
};

/** The tags of JSDoc, TSDoc and TypeDoc, and the annotations and the tag of the generator itself. */
const OTHER_TAGS: ReadonlySet<string> = new Set(
  ("abstract access alias alpha arg argument async augments author beta borrows callback category class classdesc " +
    "const constant constructor constructs copyright decorator default defaultValue defaultvalue desc description " +
    "document emits enum event eventProperty exception expand experimental export exports extends external field file " +
    "fileoverview fires format frame func function generator global group groupDescription hidden hideconstructor host " +
    "ignore implements import index inheritDoc inheritdoc inline inner instance interface internal jsx kind label " +
    "lends license link linkcode linkplain listens member memberof mergeModuleWith method mixes mixin module name " +
    "namespace nullable overload override overview package packageDocumentation param preventInline primaryExport " +
    "private privateRemarks prop property protected prototype public readonly remarks requires return returns " +
    "satisfies sealed see since sortStrategy static summary tag tags template this throws title todo tutorial type " +
    "typeParam typedef typeparam union uniqueItems useDeclaredType var variation version virtual yield yields " +
    "command config input output processor").split(" "),
);

/** A tag that is meant, and whether it describes a value. */
export interface MeantTag {
  readonly name: string;
  readonly isValueTag: boolean;
}

/** The tag that an unknown one stands for; `undefined` if that is unclear, or the tag is known. */
export function meantTag(name: string): MeantTag | undefined {
  if (OTHER_TAGS.has(name) || (VALUE_TAGS as readonly string[]).includes(name)) return undefined;
  const start = name.toLowerCase();
  const value = (Object.hasOwn(ALIASES, start) ? ALIASES[start] : undefined) ??
    (start.length < 3 ? undefined : VALUE_TAGS.find((each) => each.toLowerCase().startsWith(start)));
  if (value !== undefined) return { name: value, isValueTag: true };
  const nearest = nearestName(name, [...VALUE_TAGS, ...OTHER_TAGS]);
  return nearest === undefined
    ? undefined
    : { name: nearest, isValueTag: (VALUE_TAGS as readonly string[]).includes(nearest) };
}
