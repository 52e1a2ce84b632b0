/** @module What is told of the newest picture of a link. */
import type { JSX } from "preact";
import { FigureList } from "../../../components/figure_list.tsx";
import { formatCount, formatNs, formatRate } from "../../../model/format_figures.ts";
import { figures, reading } from "../../../state/live.ts";
import { selectedLink } from "../../../state/place.ts";

interface PictureFiguresProps {
  /** The number of its frame; absent before the first. */
  readonly sequence?: number;
  /** `640 × 360 i420`; absent before the first. */
  readonly size?: string;
}

export function PictureFigures({ sequence = NaN, size = "–" }: PictureFiguresProps): JSX.Element {
  reading.value;
  const now = figures.value?.link(selectedLink.value);
  return (
    <FigureList
      items={[
        { key: "look-frame", name: "Frame", value: formatCount(sequence) },
        { key: "look-size", name: "Size", value: size },
        { key: "look-rate", name: "Rate", value: formatRate(now?.writtenPerSecond ?? NaN) },
        { key: "look-age", name: "Age", value: formatNs(now?.ageNs ?? NaN) },
      ]}
    />
  );
}
