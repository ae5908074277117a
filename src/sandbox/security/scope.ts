/** LANDLOCK_SCOPE_…, see landlock(7): what reaches the outside whatever the namespaces are. */
export const SCOPE = { abstractSockets: 1, signals: 2 } as const;
