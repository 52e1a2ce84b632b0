/**
 * Zero nanoseconds, for fields that a lane sets to its clock in every round.
 *
 * V8 represents a field that has only held small integers differently from one that has held a large number, and
 * compiles code for that representation. The clock passes 2³¹ ns, beyond the last small integer, 2.1 s after its epoch:
 * a field that began as 0 then changes its representation in all lanes at once, and its compiled code is thrown away.
 * −0 is no small integer, and equal to 0 in every comparison. A field that most objects leave at 0 should begin as 0,
 * which is faster.
 *
 * @module
 */

export const ZERO_NS = -0;
