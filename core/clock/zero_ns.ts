/**
 * Zero nanoseconds, for fields of objects that every tick touches.
 *
 * V8 stores a field whose first value is a small integer in another way than one that has held a fraction or a large
 * number, and compiles code for that way. The clock passes 2³¹ ns, the last small integer, 2.1 s after its epoch: fields
 * that began as 0 would then change in all objects of all lanes at once, and all code that touches them be compiled anew.
 * −0 is no small integer, and equal to 0 in every comparison.
 *
 * @module
 */

/** See the module. */
export const ZERO_NS = -0;
