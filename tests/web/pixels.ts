/** Pixels of canvases of the page, by the colours of its theme. */
import type { Page } from "playwright-core";

/** A part of a canvas, CSS pixels from its upper left corner. */
export interface CanvasPart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What was found. */
export interface PixelCount {
  /** Pixels of the colour, within a step or two of each of its parts. */
  readonly count: number;
  /** The same of all that were looked at. */
  readonly share: number;
  /** Different colours in all. */
  readonly colors: number;
}

/** Counts the pixels of a theme's colour in the first canvas that a selector finds. */
export async function countPixels(
  page: Page,
  selector: string,
  colorName: string,
  part?: CanvasPart,
): Promise<PixelCount> {
  return await page.locator(selector).first().evaluate((element, [colorName, part]) => {
    const canvas = element as HTMLCanvasElement;
    const sample = document.createElement("canvas").getContext("2d")!;
    sample.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(colorName as string);
    sample.fillRect(0, 0, 1, 1);
    const wanted = sample.getImageData(0, 0, 1, 1).data;
    const ratio = canvas.width / canvas.clientWidth;
    const { x, y, width, height } = (part as CanvasPart | undefined) ??
      { x: 0, y: 0, width: canvas.clientWidth, height: canvas.clientHeight };
    const { data } = canvas.getContext("2d")!.getImageData(x * ratio, y * ratio, width * ratio, height * ratio);
    const colors = new Set<number>();
    let count = 0;
    for (let k = 0; k < data.length; k += 4) {
      colors.add(data[k] << 16 | data[k + 1] << 8 | data[k + 2]);
      if (data[k + 3] > 0 && [0, 1, 2].every((part) => Math.abs(data[k + part] - wanted[part]) <= 2)) count++;
    }
    return { count, share: count / (data.length / 4), colors: colors.size };
  }, [colorName, part] as const);
}
