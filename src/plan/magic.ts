/** The first field of every encoded plan. */
export const MAGIC = "nsbox-plan";
