/**
 * The plain data between reading classes and writing code, which JSON can hold. Scanners make it and emitters read it;
 * neither knows the other.
 *
 * Paths are relative to the package's root (the folder of `sluice.json`), with `/` between parts and no leading `./`.
 *
 * @module
 */
import type { StructLayout } from "../core/frames/struct_layout.ts";
import type { NodeDescriptor } from "../core/descriptor/descriptor.ts";

/** All node types of one package. */
export interface PackageModel {
  /** The package's name, as `sluice.json` gives it. */
  readonly name: string;
  /** Import specifier of the runtime, as it stands in the generated file. */
  readonly runtime: string;
  /** Path of the generated module. */
  readonly output: string;
  /** Path of the JSON Schema for graph files. */
  readonly schema: string;
  /** Path of the Rust twins of the structs; absent for none. */
  readonly rust?: string;
  /** Interfaces tagged `@frame`, sorted by name. */
  readonly structs: readonly StructModel[];
  /** Node types that graphs can name without a package; only the schema has them. Sorted by registered name. */
  readonly standard: readonly NodeDescriptor[];
  /** Packages whose node types join this package's. */
  readonly packages: readonly OtherPackageModel[];
  /** Sorted by registered name. */
  readonly nodes: readonly NodeModel[];
  /** The stages of native plugins, sorted by registered name. */
  readonly stages: readonly StageModel[];
  /** Every file that was read, sorted by path. */
  readonly sources: readonly SourceModel[];
}

/** A file that the generated code depends on. */
export interface SourceModel {
  readonly path: string;
  /** SHA-256 of its text with line feeds for line ends, the first 16 hexadecimal digits. */
  readonly hash: string;
}

/** One annotated class. */
export interface NodeModel {
  readonly descriptor: NodeDescriptor;
  /** Path of the file that exports the class. */
  readonly module: string;
  /** Path of the file that tells more of a node's ports; absent for none. */
  readonly portsFrom?: string;
  /** The name under which `module` exports the class. */
  readonly exportName: string;
  /** Other classes of the same name, for other systems. */
  readonly variants: readonly NodeModel[];
  /** Type arguments with which a generic class is used. */
  readonly typeArguments: readonly TypeArgumentModel[];
  /** Type parameters that stay open, in the order of the class. */
  readonly parameters: readonly TypeParameterModel[];
  /** Configuration keys with a fixed value that the class cannot know itself. */
  readonly constants: { readonly [key: string]: unknown };
  /** The structs that its ports carry. */
  readonly structs: readonly StructModel[];
  /** What takes configuration keys that are no fields; absent for nothing. */
  readonly constructed?: ConstructorModel;
  /** Whether the class has a field `ports` for the port registry. */
  readonly hasPortsField: boolean;
  /** Whether `process()` has a parameter. */
  readonly takesContext: boolean;
  /** The frame types of the ports, by port name. */
  readonly frames: { readonly [port: string]: FrameTypeModel };
}

/** What the types of a node are made of. */
export type TypedNode = Pick<NodeModel, "descriptor" | "parameters" | "frames">;

/** A stage of a native plugin. */
export interface StageModel extends TypedNode {
  /** The plugin, as `sluice.json` names it. */
  readonly from: string;
  /** Path of the plugin's folder. */
  readonly folder: string;
}

/** What takes a configuration when an instance is made. */
export interface ConstructorModel {
  /** The constructor, or a static method. */
  readonly by: "constructor" | "create";
  /** The keys that it takes. */
  readonly keys: readonly string[];
}

/** An interface of fixed layout. */
export interface StructModel {
  readonly layout: StructLayout;
  readonly doc: string;
  /** Path of the file that exports the interface. */
  readonly module: string;
  readonly exportName: string;
  /** The structs in it, with those inside them; a struct follows those that it contains. */
  readonly inner: readonly StructModel[];
}

/** Another package. */
export interface OtherPackageModel {
  readonly name: string;
  /** Path of the generated module that it was read from, relative to this package's root; absent for Sluice's own. */
  readonly path?: string;
  /** The specifier by which the generated module is imported, from `sluice.json`; a path is relative to the root. */
  readonly specifier: string;
  readonly descriptors: readonly NodeDescriptor[];
}

/** A frame type with its type argument. */
export interface FrameTypeModel {
  /** `AudioFrame` or `DataFrame`; `Frame` for any. */
  readonly frame: string;
  readonly argument?: TypeArgumentModel;
  /** What else it may be. */
  readonly or?: readonly FrameTypeModel[];
  /** A type parameter of the class that stands for all of it; the rest says what it may be. */
  readonly parameter?: string;
}

/** The text between the angle brackets of a frame type. */
export type TypeArgumentModel =
  /** Text that means the same in every file: `2`, `number`, `Float32Array`. */
  | { readonly kind: "global"; readonly text: string }
  /** A type parameter of the class, which stays open. */
  | { readonly kind: "parameter"; readonly name: string }
  /** An exported type of a file of this package, or one beside it. */
  | { readonly kind: "file"; readonly path: string; readonly name: string; readonly terms?: TypeArgumentModel[] }
  /** An exported type of another package. */
  | {
    readonly kind: "package";
    readonly specifier: string;
    readonly name: string;
    readonly terms?: TypeArgumentModel[];
  };

/** A type parameter of a class that stays open: links decide its type. */
export interface TypeParameterModel {
  readonly name: string;
  /**
   * What it stands for, which decides what it may be: the argument of a frame type, which is a number of channels, fields
   * of records or any value, or the whole frame type.
   */
  readonly role: "channels" | "fields" | "value" | "frame";
  /** For a whole frame type: what it may be. */
  readonly bound?: FrameTypeModel;
}
