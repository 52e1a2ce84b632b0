import { input, output, processor } from "../../../../core/annotations.ts";
import type { StreamInput, StreamOutput } from "../../../../core/ports/stream.ts";
import type { DataFrame } from "../../../../core/frames/data_frame.ts";
import type { defineNodeType, definePackage, nodePackage, nodes, package1 } from "./values.ts";

/** Takes values whose types are called like what the generated module declares and imports. */
@processor()
export class Probe {
  @input()
  nodes!: StreamInput<DataFrame<nodes>>;
  @input()
  nodePackage!: StreamInput<DataFrame<nodePackage>>;
  @input()
  defineNodeType!: StreamInput<DataFrame<defineNodeType>>;
  @output()
  definePackage!: StreamOutput<DataFrame<definePackage>>;
  @output()
  package1!: StreamOutput<DataFrame<package1>>;

  process(): void {}
}
