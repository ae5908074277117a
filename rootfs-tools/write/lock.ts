/** Directories of ours that are locked as long as their run lives: stages, and turns. See flock(2). */
import { constants, type Stats } from "node:fs";

/** What the names of turns begin with, see ./turn.ts; those of dead runs go as stages do. */
export const TURN_PREFIX = ".nsbox-turn-";
/** LOCK_EX | LOCK_NB. */
export const LOCK_EX_NB = 2 | 4;
/** How one is opened: neither a link to one, nor anything else that somebody has put there. */
export const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Whether only we could make it. Others' directories, in /tmp perhaps, tell us nothing that we would act on. */
export const isOurs = ({ uid, mode }: Stats): boolean => uid === process.geteuid?.() && (mode & 0o77) === 0;
