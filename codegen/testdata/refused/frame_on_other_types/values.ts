/** Stands in a file that is not read for processors. @frame */
export type Elsewhere = { x: number };
