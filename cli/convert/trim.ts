/**
 * Cuts a stream of decoded frames at the times that `--from` and `--to` name.
 *
 * @module
 */
import type { ConvertArgs } from "../media_args.ts";
import type { ChainEnd, GraphDraft } from "./draft.ts";

/** Appends a node that cuts, where times are named. */
export function trim(
  draft: GraphDraft,
  end: ChainEnd,
  kind: "audio" | "video",
  { fromSeconds = 0, toSeconds }: ConvertArgs,
): ChainEnd {
  if (fromSeconds === 0 && toSeconds === undefined) return end;
  // The source counts times from its place on.
  const endSeconds = toSeconds === undefined ? {} : { endSeconds: toSeconds - fromSeconds };
  return draft.append(end, `${kind}-trim`, { type: `${kind}-trim`, input: "frameIn", output: "frameOut" }, endSeconds);
}
