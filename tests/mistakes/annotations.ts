/**
 * Mistakes in annotated classes, found by the generator. `codegen/testdata/refused` has many more, with what is said of
 * each in full.
 *
 * @module
 */
import { formatDiagnostic } from "../../codegen/diagnostics.ts";
import { tempPackage } from "../../codegen/fixtures/temp_package.ts";
import { family, type Row } from "./told.ts";

const IMPORTS = `import { config, type Duration, input, output, processor } from "@sluice/sluice";
import type { AudioFrame, DataFrame, StreamInput, StreamOutput, VideoFrame } from "@sluice/sluice";
`;

/** A class with an input, an output and `process()`, in which something is wrong. The class stands in line 5 or later. */
function node(members: string, annotation = "@processor()", head = "export class NAME"): string {
  return `${IMPORTS}
/** Does something. */
${annotation}
${head} {
  @input()
  audioIn!: StreamInput<AudioFrame>;
  @output()
  audioOut!: StreamOutput<AudioFrame>;
${members}
}
`;
}

/** A node with these fields, and `process()`. */
function fields(text: string, annotation = "@processor()"): string {
  return node(`${text}\n  process(): void {}`, annotation);
}

/** A node with these ports and no others. */
function ports(text: string, annotation = "@processor()"): string {
  return `${IMPORTS}
/** Does something. */
${annotation}
export class NAME {
${text}
  process(): void {}
}
`;
}

const rows: readonly Row<string>[] = [
  {
    mistake: "no process()",
    given: node(""),
    says: [
      "node.ts:6:14",
      'Cannot use class "Node" as a processor: it has no process()',
      'add "process(): void { … }"',
    ],
  },
  {
    mistake: "Process() for process()",
    given: node("  Process(): void {}"),
    says: [
      "node.ts:6:14",
      'Cannot use class "Node" as a processor: it has no process()',
      'add "process(): void { … }"',
    ],
  },
  {
    mistake: "process(frame)",
    given: node("  process(frame: AudioFrame) {}"),
    says: [
      "node.ts:11:11",
      'Cannot use process() of "Node": it wants "frame: AudioFrame", and is given a ProcessorContext only',
      'write "process(): void" and read frames from the inputs, as in "const frame = this.audioIn.read()"',
    ],
  },
  {
    mistake: "process as a generator",
    given: node("  *process() {}"),
    says: [
      "node.ts:11:4",
      'Cannot use process() of "Node": wanted process() or process(context), and no generator',
      'write "process(context: ProcessorContext): void"',
    ],
  },
  {
    mistake: "no ports",
    given: ports(""),
    says: ["node.ts:6:14", 'Cannot use class "Node" as a processor: it has no ports', 'annotate a field "@input()"'],
  },
  {
    mistake: "ports and no @processor",
    given: fields("", "").replace("Does something", "A node"),
    says: [
      "node.ts:6:14",
      'Cannot use the ports of class "Node": it is not annotated "@processor"',
      'write "@processor()" before the class, or make it abstract',
    ],
  },
  {
    mistake: "@processor without brackets",
    given: fields("", "@processor"),
    says: ["node.ts:5:1", 'Cannot use "@processor" without brackets', 'write "@processor()"'],
  },
  {
    mistake: "@Processor with a capital",
    given: fields("", "@Processor()"),
    says: ["node.ts:5:2", 'Cannot use "@Processor": there is no such annotation', 'write "@processor"'],
  },
  {
    mistake: "@processor with a name",
    given: fields("", '@processor("my-node")'),
    says: [
      "node.ts:5:12",
      'Cannot read the options of "@processor": found "my-node", wanted an object of literals',
      'write the options in place: "@processor({ … })"',
    ],
  },
  {
    mistake: "an option that is misspelt",
    given: fields("", '@processor({ catgory: "audio" })'),
    says: [
      "node.ts:5:14",
      'Cannot use option "catgory" of "@processor": it is not known; wanted "mode", "trigger", "name", "category", "tags", "lane", "priority", "cpus", "platforms", "converts", "keeps", "delays", "usesEventLoop", "records", "stdout", "portsFrom" and "figures"',
      'write "category"',
    ],
  },
  {
    mistake: "a mode that does not exist",
    given: fields("", '@processor({ mode: "poll" })'),
    says: [
      "node.ts:5:20",
      'Cannot use "poll" as option "mode" of "@processor": wanted "push", "loop", "pull" or "external"',
      'give "push", "loop", "pull" or "external"',
    ],
  },
  {
    mistake: "a lane for a node that does not exist",
    given: fields("", '@processor({ lane: "gpu" })'),
    says: [
      "node.ts:5:20",
      'Cannot use "gpu" as option "lane" of "@processor": wanted "main" or "worker"',
      'give "main" or "worker"',
    ],
  },
  {
    mistake: "an option that is worked out",
    given: fields("", '@processor({ category: ["a"].join() })'),
    says: [
      "node.ts:5:24",
      'Cannot read the options of "@processor": "["a"].join()" is not a literal',
      "write the value itself in its place",
    ],
  },
  {
    mistake: "@input without brackets",
    given: ports("  @input\n  audioIn!: StreamInput<AudioFrame>;"),
    says: ["node.ts:7:3", 'Cannot use "@input" without brackets', 'write "@input()"'],
  },
  {
    mistake: "an input without a type",
    given: ports("  @input()\n  audioIn;"),
    says: [
      "node.ts:8:3",
      'Cannot read port "audioIn": it has no type, wanted StreamInput<…>',
      'write "audioIn!: StreamInput<AudioFrame>"',
    ],
  },
  {
    mistake: "an input of a frame, not a stream",
    given: ports("  @input()\n  audioIn!: AudioFrame;"),
    says: [
      "node.ts:8:13",
      'Cannot read port "audioIn": its type is "AudioFrame", wanted StreamInput<…>',
      'write "audioIn!: StreamInput<AudioFrame>"',
    ],
  },
  {
    mistake: "an input that says no frame",
    given: ports("  @input()\n  audioIn!: StreamInput;"),
    says: [
      "node.ts:8:13",
      'Cannot read port "audioIn": StreamInput does not say of which frames',
      'write "StreamInput<AudioFrame>"',
    ],
  },
  {
    mistake: "a frame that is misspelt",
    given: ports("  @input()\n  audioIn!: StreamInput<AudoFrame>;"),
    says: [
      "node.ts:8:25",
      'Cannot use "AudoFrame" as the frame type of port "audioIn": wanted "AudioFrame", "VideoFrame", "EncodedFrame", "PacketFrame" or "DataFrame"',
      'write "AudioFrame"',
    ],
  },
  {
    mistake: "a stream of numbers",
    given: ports("  @input()\n  values!: StreamInput<number>;"),
    says: [
      "node.ts:8:24",
      'Cannot use "number" as the frame type of port "values": wanted "AudioFrame", "VideoFrame", "EncodedFrame", "PacketFrame" or "DataFrame"',
      'carry other values in a "DataFrame<T>"',
    ],
  },
  {
    mistake: "@input on an output",
    given: ports("  @input()\n  audioIn!: StreamOutput<AudioFrame>;"),
    says: [
      "node.ts:8:13",
      'Cannot read port "audioIn": it is annotated "@input" and its type is StreamOutput',
      'write "StreamInput", or annotate it "@output"',
    ],
  },
  {
    mistake: "@output on an input",
    given: ports("  @output()\n  audioOut!: StreamInput<AudioFrame>;"),
    says: [
      "node.ts:8:14",
      'Cannot read port "audioOut": it is annotated "@output" and its type is StreamInput',
      'write "StreamOutput", or annotate it "@input"',
    ],
  },
  {
    mistake: "a port with a value",
    given: ports("  @input()\n  audioIn: StreamInput<AudioFrame> = undefined!;"),
    says: [
      "node.ts:8:38",
      'Cannot give port "audioIn" a value: the runtime assigns it',
      'write "audioIn!: StreamInput<AudioFrame>"',
    ],
  },
  {
    mistake: "a private port",
    given: ports("  @input()\n  private audioIn!: StreamInput<AudioFrame>;"),
    says: [
      "node.ts:8:11",
      'Cannot use "@input" on the private member "audioIn": generated code cannot set it',
      'remove "private"',
    ],
  },
  {
    mistake: "a #private port",
    given: ports("  @input()\n  #audioIn!: StreamInput<AudioFrame>;"),
    says: [
      "node.ts:8:3",
      'Cannot use "@input" on the #private member "#audioIn": generated code cannot set it',
      'name it "audioIn"',
    ],
  },
  {
    mistake: "a readonly configuration key",
    given: fields("  /** Gain. */\n  @config()\n  readonly gain = 1;"),
    says: [
      "node.ts:13:12",
      'Cannot use "@config" on the readonly member "gain": generated code cannot set it',
      'remove "readonly"',
    ],
  },
  {
    mistake: "a static configuration key",
    given: fields("  /** Gain. */\n  @config()\n  static gain = 1;"),
    says: [
      "node.ts:13:10",
      'Cannot use "@config" on the static member "gain": generated code cannot set it',
      'remove "static"',
    ],
  },
  {
    mistake: "a list of inputs without how many",
    given: ports("  @input()\n  ins!: StreamInput<AudioFrame>[];"),
    says: [
      "node.ts:8:9",
      'Cannot read port "ins": its type is an array, and "@input" does not say of how many elements',
      'write "@input({ array: 4 })"',
    ],
  },
  {
    mistake: "an input that is dynamic and no list",
    given: ports("  @input({ dynamic: true })\n  ins!: StreamInput<AudioFrame>;"),
    says: [
      "node.ts:8:9",
      'Cannot read port "ins": it is dynamic, and its type "StreamInput<AudioFrame>" is not an array',
      'write "ins!: StreamInput<AudioFrame>[]"',
    ],
  },
  {
    mistake: "a burst of nothing",
    given: ports(
      "  @input()\n  audioIn!: StreamInput<AudioFrame>;\n  @output({ burst: 0 })\n  audioOut!: StreamOutput<AudioFrame>;",
    ),
    says: [
      "node.ts:9:20",
      'Cannot use 0 as option "burst" of "@output": wanted a whole number from 1 to 65536',
      "give a whole number from 1 to 65536",
    ],
  },
  {
    mistake: "an option of an input at an output",
    given: ports(
      "  @input()\n  audioIn!: StreamInput<AudioFrame>;\n  @output({ optional: true })\n  audioOut!: StreamOutput<AudioFrame>;",
    ),
    says: [
      "node.ts:9:13",
      'Cannot use option "optional" of "@output": it is not known; wanted "burst", ',
      "remove it",
    ],
  },
  {
    mistake: "a port and a key of one name",
    given: fields("  @input()\n  @config()\n  both!: StreamInput<AudioFrame>;"),
    says: [
      "node.ts:12:3",
      'Cannot use "@config" on "both": the field already has "@input"',
      "split it into two fields",
    ],
  },
  {
    mistake: "a configuration key of a type that JSON cannot hold",
    given: fields("  /** Map. */\n  @config()\n  map = new Map<string, number>();"),
    says: [
      "node.ts:13:9",
      'Cannot know the default of configuration key "map": "new Map<string, number>()" is not a constant',
      "write a literal, or a constant of literals at the top of a file",
    ],
  },
  {
    mistake: "a key that is a function",
    given: fields("  /** Call. */\n  @config()\n  call: () => void = () => {};"),
    says: [
      "node.ts:13:22",
      'Cannot know the default of configuration key "call": "() => {}" is not a constant',
      "write a literal, or a constant of literals at the top of a file",
    ],
  },
  {
    mistake: "a key of any type",
    given: fields("  /** It. */\n  @config()\n  it: any = 1;"),
    says: [
      "node.ts:13:7",
      'Cannot make a schema for "any", of configuration key "it": JSON cannot hold it',
      "use string, number, boolean, string literals, lists and objects of these, or an exported name for them",
    ],
  },
  {
    mistake: "a default that is worked out",
    given: fields("  /** Seed. */\n  @config()\n  seed = Math.random();"),
    says: [
      "node.ts:13:10",
      'Cannot know the default of configuration key "seed": "Math.random()" is not a constant',
      "write a literal, or a constant of literals at the top of a file",
    ],
  },
  {
    mistake: "an empty list as the default, without a type",
    given: fields("  /** Bands. */\n  @config()\n  bands = [];"),
    says: [
      "node.ts:13:3",
      'Cannot make a schema for configuration key "bands": it has no type, and its default does not tell one',
      'write its type: "bands: number[] = []"',
    ],
  },
  {
    mistake: "a default of another type",
    given: fields('  /** Size. */\n  @config()\n  size: number = "big" as never;'),
    says: [
      "node.ts:13:18",
      'Cannot use "big" as the default of configuration key "size": wanted a number',
      "change the default, or what the key accepts",
    ],
  },
  {
    mistake: "a default beyond the range",
    given: fields("  /** Gain. @minimum 0 @maximum 1 */\n  @config()\n  gain = 2;"),
    says: [
      "node.ts:13:10",
      'Cannot use 2 as the default of configuration key "gain": wanted a number from 0 to 1',
      "change the default, or what the key accepts",
    ],
  },
  {
    mistake: "a range upside down",
    given: fields("  /** Gain. @minimum 1 @maximum 0 */\n  @config()\n  gain = 0.5;"),
    says: [
      "node.ts:13:3",
      'Cannot use the range of configuration key "gain": its minimum 1 is above its maximum 0',
      "exchange the two values",
    ],
  },
  {
    mistake: "a word for a minimum",
    given: fields("  /** Gain. @minimum low */\n  @config()\n  gain = 1;"),
    says: [
      "node.ts:11:13",
      'Cannot use "@minimum" on configuration key "gain": "low" is not a number',
      'write a number alone: "@minimum 1"',
    ],
  },
  {
    mistake: "a duration without a unit",
    given: fields("  /** Attack. */\n  @config()\n  attack: Duration = 5;"),
    says: [
      "node.ts:13:3",
      'Cannot tell the unit of the duration in configuration key "attack": "attack" does not end in a unit, wanted ns, us, ms, s, min, h',
      'name it "attackMs", or add "@unit ms" to its comment',
    ],
  },
  {
    mistake: "a duration as text",
    given: fields('  /** Attack. */\n  @config()\n  attackMs: Duration = "5 ms";'),
    says: [
      "node.ts:13:24",
      'Cannot use "5 ms" as the default of configuration key "attackMs": the field holds a number, in ms',
      "write 5",
    ],
  },
  {
    mistake: "an option of @config that does not exist",
    given: fields("  /** Gain. */\n  @config({ livee: true })\n  gain = 1;"),
    says: ["node.ts:12:13", 'Cannot use option "livee" of "@config": it is not known; wanted "live"', 'write "live"'],
  },
  {
    mistake: "a class that is not exported",
    given: node("  process(): void {}", "@processor()", "class NAME"),
    says: ["node.ts:6:7", 'Cannot use class "Node" as a processor: it is not exported', 'write "export class Node"'],
  },
  {
    mistake: "a default export",
    given: node("  process(): void {}", "@processor()", "export default class NAME"),
    says: [
      "node.ts:6:22",
      'Cannot use class "Node" as a processor: it is a default export, wanted an export by name',
      'write "export class Node"',
    ],
  },
  {
    mistake: "an abstract class",
    given: node("  process(): void {}", "@processor()", "export abstract class NAME"),
    says: [
      "node.ts:6:23",
      'Cannot use abstract class "Node" as a processor: no instance can be made',
      'remove "abstract", or annotate a class that extends it',
    ],
  },
  {
    mistake: "a generic class",
    given: node("  process(): void {}", "@processor()", "export class NAME<T>"),
    says: [
      "node.ts:6:24",
      'Cannot resolve the generic "T" of class "Node": no input carries it, so that no link would tell what it is',
      'write the type itself, or add "export type Node2 = Node<2>;", with an argument for each type parameter, to this file',
    ],
  },
  {
    mistake: "a constructor that wants something",
    given: fields("  constructor(readonly size: number) {}"),
    says: [
      "node.ts:11:15",
      'Cannot make instances of "Node": its constructor wants "size"',
      "take it as a configuration key, or open it in setup()",
    ],
  },
  {
    mistake: "a brace that is missing",
    given: fields("").slice(0, -3),
    says: [
      "node.ts:12:21",
      "Cannot parse the file: '}' expected",
      'correct the syntax; "deno check node.ts" shows all of it',
    ],
  },
  {
    mistake: "an annotation that is not imported",
    given: fields("").replace("input, output,", "output,"),
    says: ["node.ts:7:4", 'Cannot use "@input": it is not imported', "import { input } from the runtime"],
  },
  {
    mistake: "an element type from npm",
    given: fields("  /** It. */\n  @config()\n  it!: Thing;").replace(
      "import",
      'import type { Thing } from "npm:thing";\nimport',
    ),
    says: [
      "node.ts:14:8",
      'Cannot make a schema for "Thing", of configuration key "it": it comes from "npm:thing", which the generator does not read',
      "declare the type in this package",
    ],
  },
  {
    mistake: "a video input that is called after a hook",
    given: ports("  @input()\n  setup!: StreamInput<VideoFrame>;"),
    says: [
      "node.ts:8:3",
      'Cannot use "@input" on "setup": the runtime would call the field as the method of that name',
      "rename the field",
    ],
  },
  {
    mistake: "a source node of mode push",
    given: ports("  @output()\n  audio!: StreamOutput<AudioFrame>;"),
    says: [
      "node.ts:6:14",
      'Cannot run "Node" in mode "push": it has no input that would trigger it',
      'write "@processor({ mode: "loop" })" for a source',
    ],
  },
];

/** Read together, as the files of one package. */
let told: Promise<readonly string[]> | undefined;

export const annotations = family("annotations", rows, async (_, index) => (await (told ??= readAll()))[index]);

async function readAll(): Promise<string[]> {
  const name = (index: number) => `Mistake${index}`;
  const files = rows.map(({ given }, index) => [`m${index}.ts`, given.replaceAll("NAME", name(index))] as const);
  await using folder = await tempPackage(Object.fromEntries(files));
  const diagnostics = (await folder.run()).diagnostics.map(formatDiagnostic);
  return rows.map((_, index) =>
    diagnostics.filter((each) => each.startsWith(`m${index}.ts:`)).join("\n")
      .replaceAll(`m${index}.ts`, "node.ts").replaceAll(name(index), "Node")
  );
}
