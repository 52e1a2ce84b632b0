/**
 * Figures as text: short, of steady width, with their unit. What is not known is a dash.
 *
 * @module
 */

/** What stands for a figure that is not known. */
export const UNKNOWN = "–";

/** A whole number with thin spaces between thousands: `1 234 567`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return UNKNOWN;
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A figure whose unit is not known: whole numbers as they are, others with two places. */
export function formatFigure(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1e6 ? formatCount(value) : value.toFixed(2);
}

/** A number in three figures, with k, M or G: `94`, `1.2k`, `3.4M`. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 999.5e6) return `${threeFigures(value / 1e9)}G`;
  if (size >= 999_500) return `${threeFigures(value / 1e6)}M`;
  if (size >= 999.5) return `${threeFigures(value / 1e3)}k`;
  return threeFigures(value);
}

/** A rate: `94/s`. */
export function formatRate(perSecond: number): string {
  return Number.isFinite(perSecond) ? `${formatShort(perSecond)}/s` : UNKNOWN;
}

/** A duration in nanoseconds: `850 ns`, `12.3 µs`, `4.5 ms`, `1.2 s`, `3 min`, `2 h`. */
export function formatNs(ns: number): string {
  if (!Number.isFinite(ns)) return UNKNOWN;
  if (ns < 999.5) return `${Math.round(ns)} ns`;
  if (ns < 999_500) return `${threeFigures(ns / 1e3)} µs`;
  if (ns < 999.5e6) return `${threeFigures(ns / 1e6)} ms`;
  if (ns < 120e9) return `${threeFigures(ns / 1e9)} s`;
  if (ns < 7200e9) return `${Math.round(ns / 60e9)} min`;
  return `${threeFigures(ns / 3600e9)} h`;
}

/** A place in media, seconds: `0:42`, `1:02:03`. */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds)) return UNKNOWN;
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** How long ago something was, in steps so large that it does not count along: `just now`, `40 s ago`, `5 min ago`. */
export function formatAgo(agoMs: number): string {
  if (!Number.isFinite(agoMs)) return "";
  if (agoMs < 10_000) return "just now";
  if (agoMs < 60_000) return `${Math.floor(agoMs / 10_000)}0 s ago`;
  const minutes = Math.floor(agoMs / 60_000);
  return minutes < 120 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** A measured duration; `–` for 0, which stands for "not measured yet". */
export function formatMeasured(ns: number): string {
  return ns === 0 ? UNKNOWN : formatNs(ns);
}

/** Bytes: `512 B`, `64 KiB`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return UNKNOWN;
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${threeFigures(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${threeFigures(bytes / 1024 ** 2)} MiB`;
  return `${threeFigures(bytes / 1024 ** 3)} GiB`;
}

/** A share from 0 to 1: `0 %`, `12 %`, `100 %`; below one per cent `<1 %`. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return UNKNOWN;
  if (share > 0 && share < 0.005) return "<1 %";
  return `${Math.round(share * 100)} %`;
}

/** A time of day: `12:00:07`. */
export function formatTimeOfDay(unixMs: number): string {
  if (!Number.isFinite(unixMs)) return UNKNOWN;
  const time = new Date(unixMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function threeFigures(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.5 || value === 0) return String(Math.round(value));
  if (size >= 9.95) return trim(value.toFixed(1));
  return trim(value.toFixed(size < 0.0995 ? 3 : 2));
}

function trim(text: string): string {
  return text.replace(/\.?0+$/, "");
}
