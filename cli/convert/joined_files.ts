/**
 * Files that are played behind the one that is converted: what is read of them, and the nodes that join them.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { undecodable } from "../../processors/media/decoders.ts";
import type { MediaInfo } from "../../processors/media/media_info.ts";
import type { ConvertArgs } from "../media_args.ts";
import { audioFrames, plannedSound } from "./audio_chain.ts";
import type { ChainEnd, GraphDraft } from "./draft.ts";
import { readInput } from "./media_input.ts";
import type { TrackPlan } from "./track_plan.ts";
import { plannedSize, videoFrames } from "./video_chain.ts";

/** A file with what is read of it. */
export interface JoinedFile {
  readonly info: MediaInfo;
  readonly plans: readonly TrackPlan[];
  /** As the command has them, with what makes its frames as those of the first file. */
  readonly args: ConvertArgs;
}

/**
 * Reads the files that follow.
 *
 * @param plans what is done with the first file
 * @throws {SluiceError} `InvalidConfig` for one that lacks a track, or has one that cannot be decoded
 */
export async function readJoined(plans: readonly TrackPlan[], args: ConvertArgs): Promise<JoinedFile[]> {
  const kinds = plans.map(({ track }) => track.kind);
  const found: JoinedFile[] = [];
  for (const path of args.joined) {
    const info = await readInput(path, ({ tracks }) =>
      kinds.every((kind) => {
        const track = tracks.find((each) => each.kind === kind);
        return track !== undefined && undecodable(track) === undefined;
      }));
    const own = plans.map((plan): TrackPlan => {
      const track = info.tracks.find(({ kind }) => kind === plan.track.kind);
      if (track === undefined) throw refusal(path, args, `it has no ${plan.track.kind}`, plan.track.kind);
      const why = undecodable(track);
      if (why !== undefined) throw refusal(path, args, why, plan.track.kind);
      return { track, codec: plan.codec, copied: false, beyond: 0, before: 0 };
    });
    found.push({ info, plans: own, args: { ...args, ...likeFirst(plans, own, args), input: path } });
  }
  return found;
}

/** Appends what joins a track of all files. @param starts where each file gives it, the first one's first */
export function joinedFrames(
  draft: GraphDraft,
  starts: readonly ChainEnd[],
  files: readonly JoinedFile[],
  index: number,
): ChainEnd {
  const { kind } = files[0].plans[index].track;
  const join = `${kind}-join`;
  // One track alone follows to the sample; several keep to each other.
  const lengths = files[0].plans.length > 1 ? files.map(({ info }) => info.durationSeconds ?? 0) : undefined;
  draft.add(join, "concat", { ...(lengths && { lengthsSeconds: lengths }) });
  for (const [number, { plans, args }] of files.entries()) {
    draft.suffix = suffixOf(number);
    const plan = plans[index];
    const end = kind === "video"
      ? videoFrames(draft, starts[number], plan, args, false)
      : audioFrames(draft, starts[number], plan, args);
    draft.link(end.from, `${join}.frameIn_${number}`);
  }
  draft.suffix = "";
  return { from: `${join}.frameOut` };
}

/** What the ids of nodes of a file end with. */
export function suffixOf(number: number): string {
  return number === 0 ? "" : `-${number + 1}`;
}

function likeFirst(
  plans: readonly TrackPlan[],
  own: readonly TrackPlan[],
  args: ConvertArgs,
): Partial<ConvertArgs> {
  const [video, audio] = (["video", "audio"] as const).map((kind) => plans.find(({ track }) => track.kind === kind));
  const rate = args.frameRate ?? video?.track.frameRate;
  const isOther = rate !== undefined && own.find(({ track }) => track.kind === "video")?.track.frameRate !== rate;
  return {
    ...(video && { size: plannedSize(video, args), ...(isOther && { frameRate: rate }) }),
    ...(audio && plannedSound(audio, args)),
  };
}

function refusal(path: string, { input }: ConvertArgs, why: string, kind: string): SluiceError {
  return new SluiceError(
    "InvalidConfig",
    `Cannot join "${path}" to "${input}": ${why}; leave that out of both with --no-${kind}, or join another file`,
    { key: "--join" },
  );
}
