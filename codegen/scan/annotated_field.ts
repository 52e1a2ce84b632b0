/**
 * An annotated field.
 *
 * @module
 */
import type { PropertyDeclaration, TypeNode } from "ts-morph";
import type { Annotation } from "./decorators.ts";
import type { TypeBindings } from "./type_bindings.ts";

/** The declarations of a field that count. */
export interface FieldParts {
  /** The one whose value an instance starts with. */
  readonly value: PropertyDeclaration;
  /** The type that the last class gives the field, with what its type parameters stand for. */
  readonly type?: { readonly node: TypeNode; readonly bindings: TypeBindings };
}

/** A field with its one annotation. `value` and `type` are those of the last class that declares it. */
export interface AnnotatedField extends FieldParts {
  readonly name: string;
  readonly field: PropertyDeclaration;
  readonly annotation: Annotation;
  /** The bindings of its class's type parameters. */
  readonly bindings: TypeBindings;
}
