import { processor } from "../../../../core/annotations.ts";
import type { AudioFrame } from "../../../../core/frames/audio_frame.ts";

import { Base } from "./base.ts";

@processor()
export class Bad extends Base<AudioFrame<2>> {}
