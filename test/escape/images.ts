/** What root filesystems hold that attack: each makes something in `{tree}`, as root where it has to be. */

/** Shell lines, by bash as whoever runs the tests; `{programs}` holds the programs of that name. */
export const IMAGES = {
  "a setuid program": {
    says: "a setuid program of root's, and a file that only root may read",
    script: `cp {programs}/reveal {tree}/reveal && chmod 4755 {tree}/reveal
      cp {file} {tree}/private && chown 0:0 {tree}/private && chmod 600 {tree}/private`,
  },
  "a bound setuid program": {
    says: "a setuid program of root's in a directory that is bound, and a file that only root may read",
    script: `cp {programs}/reveal {folder}/reveal && chmod 4755 {folder}/reveal
      cp {file} {folder}/private && chown 0:0 {folder}/private && chmod 600 {folder}/private`,
  },
  "a link in a mount target": {
    says: "a link to the directory outside, where a mount is asked for",
    script: "ln -s {folder} {tree}/spot",
  },
  "a link as /dev": {
    says: "a link to the directory outside, in place of /dev",
    script: "rmdir {tree}/dev; ln -s {folder} {tree}/dev",
  },
  "a directory and a link": {
    says: "a directory and a link to the directory outside",
    script: "mkdir -m 777 {tree}/spot; ln -s {folder} {tree}/spot-link",
  },
  "interpreters in descriptors": {
    says: "scripts whose interpreter is a program outside, through a descriptor",
    script: `{ cat {outside}/tells; printf %s {secret}; } >{folder}/tells; chmod 755 {folder}/tells
      for ((fd = 3; fd < 32; fd++)); do
        printf '#!/proc/self/fd/%s/%s%s\\n' $fd ../../../../../../../.. {folder}/tells >{tree}/script-$fd
        chmod 755 {tree}/script-$fd
      done`,
  },
  "a program for the kernel": {
    says: "a script that, run outside, changes something there",
    script: `printf '#!/bin/sh\\n: >%s/hit\\n' {folder} >{tree}/handler; chmod 755 {tree}/handler`,
  },
  "a disk's file": {
    says: "a filesystem with the secret in a file",
    script: `mkdir {folder}/content && cp {file} {folder}/content/secret
      truncate -s 1M {folder}/disk && mkfs.ext4 -q -d {folder}/content {folder}/disk`,
  },
} as const satisfies Record<string, { says: string; script: string }>;

/** A name in that table. */
export type Image = keyof typeof IMAGES;
