/**
 * What is wrong with a media file, in words for its user. What a library throws at a faulty file is written for those who
 * mend the library, and nobody else is shown it.
 *
 * @module
 */

/** The reason why a file cannot be read: "at byte 900, …", "it has …". */
export class MediaFault extends Error {}
