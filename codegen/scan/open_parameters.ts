/**
 * Type parameters of a processor class without arguments: the node type is generic, and the links of each node decide
 * the types.
 *
 * @module
 */
import type { ClassDeclaration, TypeParameterDeclaration } from "ts-morph";
import { listNames } from "../../core/errors.ts";
import { FRAME_TYPES } from "../frame_types.ts";
import type { TypeParameterModel } from "../model.ts";
import type { ScanContext } from "./context.ts";
import { quote } from "./decorators.ts";
import type { ScannedPort } from "./ports.ts";

/**
 * What a type parameter may extend, by the frame argument that it stands for. Links are checked by names of types
 * alone.
 */
const CONSTRAINTS: { readonly [role in TypeParameterModel["role"]]: RegExp } = {
  channels: /^number$/,
  fields: /^(?:PacketFields|PacketFieldsOf<\w+>|\{ (?:readonly )?\[\w+ in keyof \w+\]: PacketNumber;? \})$/,
  value: /^unknown$/,
};

/** Reads the open type parameters of a class. Refuses those that cannot stay open. */
export function readParameters(
  context: ScanContext,
  declaration: ClassDeclaration,
  ports: readonly ScannedPort[],
): TypeParameterModel[] {
  return declaration.getTypeParameters().filter((each) => context.open.has(each)).flatMap((each) =>
    readParameter(context, declaration.getName()!, each, ports) ?? []
  );
}

function readParameter(
  context: ScanContext,
  className: string,
  parameter: TypeParameterDeclaration,
  ports: readonly ScannedPort[],
): TypeParameterModel | undefined {
  const name = parameter.getName();
  const refuse = (reason: string): undefined =>
    context.refuse(
      parameter,
      `Cannot resolve the generic "${name}" of class "${className}": ${reason}`,
      `write the type itself, or add "export type ${className}2 = ${className}<2>;", with an argument for each type ` +
        "parameter, to this file",
    );
  const carrying = ports.filter(({ descriptor }) => descriptor.generic?.parameters.includes(name));
  if (!carrying.some(({ descriptor }) => descriptor.direction === "input")) {
    return refuse("no input carries it, so that no link would tell what it is");
  }
  const roles = new Set(carrying.map(({ frame: { frame, argument } }) => {
    const whole = argument?.kind === "parameter" ? FRAME_TYPES[frame].argument : "value";
    return whole === "none" ? "value" : whole;
  }));
  // The fields of a record are a value too, so that a value made of them may name them.
  if (roles.size > 1) roles.delete("value");
  const [role, other] = roles;
  if (other !== undefined) return refuse(`it is ${listNames(roles)} of frames, wanted one of them`);
  const constraint = parameter.getConstraint();
  if (constraint !== undefined && !CONSTRAINTS[role].test(constraint.getText().replace(/\s+/g, " "))) {
    return refuse(
      `it extends ${quote(constraint)}, which the name of a type does not tell when it is linked`,
    );
  }
  return { name, role };
}
