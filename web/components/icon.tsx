/** @module The few pictures of buttons, drawn in a box of 16 by 16 in the colour of the text. */
import type { JSX } from "preact";

const PATHS = {
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  play: "M4 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  restart: "M8 2.5V.5l4 3-4 3v-2a4 4 0 1 0 4 4h2a6 6 0 1 1-6-6z",
  close: "M3.3 4.4 4.4 3.3 8 6.9l3.6-3.6 1.1 1.1L9.1 8l3.6 3.6-1.1 1.1L8 9.1l-3.6 3.6-1.1-1.1L6.9 8z",
  leave: "M2.5 2h6v1.6H4.1v8.8h4.4V14h-6zM10.3 4.6 13.7 8l-3.4 3.4-1.1-1.1 1.5-1.5H6.4V7.2h4.3L9.2 5.7z",
  plus: "M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z",
  minus: "M3 7.2h10v1.6H3z",
  fit: "M2 2h4.5v1.6h-2.9v2.9H2zM9.5 2H14v4.5h-1.6V3.6H9.5zM2 9.5h1.6v2.9h2.9V14H2zM12.4 9.5H14V14H9.5v-1.6h2.9z",
  undo: "M6.5 2.2v2.9h3.3a4.2 4.2 0 0 1 0 8.4H4.5v-1.6h5.3a2.6 2.6 0 0 0 0-5.2H6.5v2.9L2.3 5.9z",
  redo: "M9.5 2.2v2.9H6.2a4.2 4.2 0 0 0 0 8.4h5.3v-1.6H6.2a2.6 2.6 0 0 1 0-5.2h3.3v2.9l4.2-3.7z",
  fold: "M8 6.4 4.4 2h7.2zM8 9.6 11.6 14H4.4zM2.5 7.3h11v1.4h-11z",
  unfold: "M8 1.5 11.6 6H4.4zM8 14.5 4.4 10h7.2zM2.5 7.3h11v1.4h-11z",
  theme: "M14 9.6A6.4 6.4 0 0 1 6.4 2 6.4 6.4 0 1 0 14 9.6z",
  search:
    "M6.8 2a4.8 4.8 0 1 0 3 8.6l3.1 3.1 1-1-3.1-3.1A4.8 4.8 0 0 0 6.8 2zm0 1.5a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.6z",
  help:
    "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm.8 10.2H7.2v-1.5h1.6zm.9-4.3c-.6.5-.9.7-.9 1.5H7.2c0-1.4.7-2 1.3-2.4.4-.4.7-.6.7-1.1 0-.6-.5-1-1.2-1s-1.2.5-1.2 1.2H5.3C5.3 4 6.5 3 8 3s2.8.9 2.8 2.3c0 1.1-.6 1.7-1.1 2.1z",
} as const;

/** Name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon; the button that it stands in has the words. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
