/**
 * What `deno task test:apple` runs on a Mac, one after the other: each stage and each device by itself.
 *
 * @module
 */

/** A value of a figure that a node has at the end at least. */
export interface Expectation {
  /** The type of the node. */
  readonly type: string;
  /** The name of its figure. */
  readonly figure: string;
  readonly least: number;
}

/** A graph in one line. */
export interface GraphRun {
  readonly graph: string;
  /** For how long it runs; absent: to its end. */
  readonly seconds?: number;
  /** It runs as fast as it can, and drops nothing. */
  readonly offline?: true;
}

/** One thing to try. */
export interface Step {
  /** What the report calls it, unique. */
  readonly name: string;
  /** What the person in front of the Mac sees or hears, who is asked whether that was so. */
  readonly look?: string;
  /** After so long it is ended, seconds. */
  readonly limitSeconds: number;
  /** Those that come later need it: without it nothing runs. */
  readonly isBase?: true;
  /** A program with its arguments, or a graph; `OUT` in either stands for a folder. */
  readonly run: readonly string[] | GraphRun;
  readonly expects?: readonly Expectation[];
}

const PATTERN = "pattern-source width=640 height=360 frameRate=30 durationSeconds=3 ! convert pixelFormat=nv12";
const ID = "org.sluice.apple.";

type GraphOptions = Partial<Omit<Step, "run">> & Omit<GraphRun, "graph">;

function graph(name: string, text: string, { seconds, offline, ...rest }: GraphOptions): Step {
  const run = { graph: text, ...(seconds !== undefined && { seconds }), ...(offline && { offline }) };
  return { name, limitSeconds: 20, ...rest, run };
}

function atLeast(type: string, figure: string, least: number): Expectation {
  return { type, figure, least };
}

/** The steps, which end within ten minutes. */
export const STEPS: readonly Step[] = [
  { name: "build", limitSeconds: 240, isBase: true, run: ["cargo", "xtask", "build"] },
  {
    name: "rust-tests",
    limitSeconds: 60,
    run: ["cargo", "test", "--release", "--locked", "--package", "sluice-apple"],
  },
  { name: "devices", limitSeconds: 20, run: ["deno", "run", "-A", "cli/start.ts", "devices"] },
  graph("h264-encode", `${PATTERN} ! ${ID}h264-encode bitRate=2000000 ! h264-decode`, {
    offline: true,
    expects: [atLeast(`${ID}h264-encode`, "frames", 90), atLeast("h264-decode", "frames", 90)],
  }),
  graph("h264-decode", `${PATTERN} ! h264-encode bitRate=2000000 ! ${ID}h264-decode`, {
    offline: true,
    expects: [atLeast(`${ID}h264-decode`, "frames", 90)],
  }),
  graph("h264-reorder", `${PATTERN} ! ${ID}h264-encode reorder=true ! ${ID}h264-decode`, {
    offline: true,
    expects: [atLeast(`${ID}h264-decode`, "frames", 90)],
  }),
  graph("hevc", `${PATTERN} ! ${ID}hevc-encode ! ${ID}hevc-decode`, {
    offline: true,
    expects: [atLeast(`${ID}hevc-decode`, "frames", 90)],
  }),
  graph("without-a-copy", `${PATTERN} ! ${ID}hevc-encode ! ${ID}hevc-decode ! ${ID}h264-encode ! ${ID}h264-decode`, {
    offline: true,
    expects: [atLeast(`${ID}h264-decode`, "frames", 90)],
  }),
  graph(
    "mp4",
    `${PATTERN} ! ${ID}h264-encode ! ${ID}mp4-sink id=file path=OUT/film.mp4; tone-source durationSeconds=3 ! file.`,
    {
      offline: true,
      expects: [atLeast(`${ID}mp4-sink`, "units", 90), atLeast(`${ID}mp4-sink`, "blocks", 1)],
    },
  ),
  { name: "mp4-read", limitSeconds: 20, run: ["deno", "run", "-A", "cli/start.ts", "info", "OUT/film.mp4"] },
  graph("speaker", "tone-source durationSeconds=2 ! speaker", {
    look: "A tone of two seconds sounds, without a crackle",
    expects: [atLeast("speaker", "frames", 48_000)],
  }),
  graph("microphone", "microphone ! wav-sink path=OUT/microphone.wav", {
    seconds: 4,
    look: "macOS asks for the microphone the first time; OUT/microphone.wav has what was said",
    expects: [atLeast("microphone", "frames", 48_000)],
  }),
  graph("display", "pattern-source width=640 height=360 frameRate=30 durationSeconds=5 ! display title=Sluice", {
    look: "A window shows a moving pattern, and can be moved and resized",
    expects: [atLeast("display", "shown", 60)],
  }),
  graph("screen", "screen frameRate=30 ! display title=Screen", {
    seconds: 6,
    limitSeconds: 30,
    look: "macOS asks for screen recording the first time; a window shows the screen",
    expects: [atLeast("screen", "frames", 60), atLeast("display", "shown", 30)],
  }),
  graph("camera", "camera ! display title=Camera", {
    seconds: 6,
    limitSeconds: 30,
    look: "macOS asks for the camera the first time; a window shows its picture",
    expects: [atLeast("camera", "frames", 60), atLeast("display", "shown", 30)],
  }),
];
