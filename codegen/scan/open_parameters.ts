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
const CONSTRAINTS: { readonly [role in Exclude<TypeParameterModel["role"], "frame">]: RegExp } = {
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
  const refuse = (
    reason: string,
    mend =
      `write the type itself, or add "export type ${className}2 = ${className}<2>;", with an argument for each type ` +
      "parameter, to this file",
  ): undefined =>
    context.refuse(parameter, `Cannot resolve the generic "${name}" of class "${className}": ${reason}`, mend);
  const carrying = ports.filter(({ descriptor }) => descriptor.generic?.parameters.includes(name));
  if (!carrying.some(({ descriptor }) => descriptor.direction === "input")) {
    return refuse("no input carries it, so that no link would tell what it is");
  }
  const whole = carrying.find(({ frame }) => frame.parameter === name);
  if (whole !== undefined) return readFrameRole(name, ports, carrying, whole, refuse);
  const roles = new Set(carrying.map(({ frame: { frame, argument } }) => {
    const own = argument?.kind === "parameter" ? FRAME_TYPES[frame].argument : "value";
    return own === "none" ? "value" : own;
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

/** A parameter that stands for a whole frame type: a node has one, by which the kind of its frames is known. */
function readFrameRole(
  name: string,
  ports: readonly ScannedPort[],
  carrying: readonly ScannedPort[],
  { frame: { parameter: _, ...bound } }: ScannedPort,
  refuse: (reason: string, mend?: string) => undefined,
): TypeParameterModel | undefined {
  if (carrying.some(({ frame }) => frame.parameter !== name)) {
    return refuse("it is a frame type and the argument of one, wanted one of them");
  }
  const other = ports.map(({ frame }) => frame.parameter).find((each) => each !== undefined && each !== name);
  if (other === undefined) return { name, role: "frame", bound };
  return refuse(`"${other}" is a frame type too, and a node has one kind of frames`, "use one of them for all ports");
}
