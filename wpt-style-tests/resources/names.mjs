// The names of the subjects, for those who choose one; what they are is in subjects.mjs, which only a realm loads.

/** Every file runs against each of these, unless a META line of its own names some of them. */
export const subjectNames = ["local", "channel", "channel-back", "channel-shared"];

/** Only for `--broken` and `--prove`. */
export const brokenSubjects = ["no-backpressure", "lost-reason", "close-before-drain"];
