/** @module How long ticks took, on a log scale, as bars. */
import type { JSX } from "preact";
import type { Histogram } from "../../control/schemas/graph.ts";
import { formatCount, formatNs } from "../model/format_figures.ts";
import { histogramBars } from "../model/histogram_bars.ts";

const WIDTH = 320;
const HEIGHT = 72;

export function TickHistogram(
  { histogram, label }: { readonly histogram: Histogram; readonly label: string },
): JSX.Element {
  const { bars, peak, total, fromNs, toNs } = histogramBars(histogram);
  if (total === 0) return <p class="soft">Nothing was measured yet</p>;
  const step = WIDTH / bars.length;
  return (
    <figure class="histogram">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${label}: ${formatCount(total)} measured`}
        preserveAspectRatio="none"
      >
        {bars.map(({ count, startNs }) => {
          const height = count === 0 ? 0 : Math.max(1.5, HEIGHT * Math.log1p(count) / Math.log1p(peak));
          const x = bars.findIndex((bar) => bar.startNs === startNs) * step;
          return (
            <rect key={startNs} x={x} y={HEIGHT - height} width={Math.max(1, step - 1)} height={height}>
              <title>{`from ${formatNs(startNs)}: ${formatCount(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption class="soft">
        <span>{formatNs(fromNs)}</span>
        <span>{label}</span>
        <span>{formatNs(toNs)}</span>
      </figcaption>
    </figure>
  );
}
