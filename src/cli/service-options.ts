// The options that every command with a service takes.

/** In the order of help. */
export const SERVICE_OPTIONS = [
  'data-dir',
  'host',
  'port',
  'token',
  'requests-per-second',
  'detector',
  'alerts-per-day',
  'factor',
  'floor',
  'hot-sessions',
  'journal-sessions',
  'log-level',
] as const;

export type ServiceOption = (typeof SERVICE_OPTIONS)[number];
