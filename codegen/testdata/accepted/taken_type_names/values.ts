/** A struct. @frame */
export interface nodes {
  x: number;
}

/** A value. */
export interface nodePackage {
  text: string;
}

/** A struct. @frame */
export interface defineNodeType {
  y: number;
}

/** A value. */
export interface definePackage {
  text: string;
}

/** A value. */
export interface package1 {
  text: string;
}
