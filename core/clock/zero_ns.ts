/**
 * Zero nanoseconds, for fields that a lane sets to its clock in every round.
 *
 * V8 stores a field whose first value is a small integer in another way than one that has held a large number, and
 * compiles code for that way. The clock passes 2³¹ ns, beyond the last small integer, 2.1 s after its epoch: a field
 * that began as 0 then changes its kind in all lanes at once, and what was compiled for it is thrown away. −0 is no
 * small integer, and equal to 0 in every comparison. A field that most objects leave at 0 had better begin as 0: it is
 * quicker.
 *
 * @module
 */

export const ZERO_NS = -0;
