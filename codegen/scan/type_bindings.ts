/**
 * The bindings of generic classes' type parameters: `N` in `Mixer<N>` is 4 for `Mixer<4>`.
 *
 * @module
 */
import { type ClassDeclaration, Node, type TypeNode } from "ts-morph";

/** The longest chain of parameters bound to parameters. */
const DEPTH_LIMIT = 16;

/** A type, and the bindings of its type parameters. */
export interface BoundType {
  readonly type: TypeNode;
  readonly bindings: TypeBindings;
}

/** Type parameters by name. */
export type TypeBindings = ReadonlyMap<string, BoundType>;

/** The bindings of a class that is not generic. */
export const NO_BINDINGS: TypeBindings = new Map();

/** Binds the type parameters of a class to arguments, or to their defaults. */
export function bindParameters(
  declaration: ClassDeclaration,
  given: readonly TypeNode[],
  outer: TypeBindings,
): TypeBindings {
  const bindings = new Map<string, BoundType>();
  for (const [i, parameter] of declaration.getTypeParameters().entries()) {
    const type = given[i];
    const fallback = parameter.getDefault();
    if (type !== undefined) bindings.set(parameter.getName(), resolveBound({ type, bindings: outer }));
    else if (fallback !== undefined) bindings.set(parameter.getName(), resolveBound({ type: fallback, bindings }));
  }
  return bindings;
}

/** Follows a type parameter to the type that it is bound to. */
export function resolveBound(bound: BoundType): BoundType {
  let { type, bindings } = bound;
  for (let depth = 0; depth < DEPTH_LIMIT && Node.isTypeReference(type); depth++) {
    const next = bindings.get(type.getTypeName().getText());
    if (next === undefined) break;
    ({ type, bindings } = next);
  }
  return { type, bindings };
}
