/** @module Shows what a link carries now, by taps that are open while it is shown. */
import type { JSX } from "preact";
import { canTap } from "../../../state/taps.ts";
import { LookAudio } from "./look_audio.tsx";
import { LookData } from "./look_data.tsx";
import { LookEncoded } from "./look_encoded.tsx";
import { LookPicture } from "./look_picture.tsx";

interface LookProps {
  /** Id of the link. */
  readonly link: string;
  /** The kind of its frames. */
  readonly kind: string;
}

export function Look({ link, kind }: LookProps): JSX.Element {
  return (
    <div class="look" data-look={kind}>
      {!canTap.value && <p class="soft">It is shown while the graph runs</p>}
      {kind === "audio"
        ? <LookAudio link={link} />
        : kind === "video"
        ? <LookPicture link={link} />
        : kind === "encoded"
        ? <LookEncoded link={link} />
        : <LookData link={link} />}
    </div>
  );
}
