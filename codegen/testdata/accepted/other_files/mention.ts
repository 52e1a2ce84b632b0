/** Has @processor only in a comment. */
export const MENTION = "@input";
