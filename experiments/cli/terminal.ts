/** Where a command writes. Standard output is for what was asked for; everything else goes to standard error. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Standard error is a terminal: a progress bar may be drawn. */
  readonly interactive: boolean;
}

export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  interactive: process.stderr.isTTY === true,
};

/** Exit codes of every command. */
export const EXIT = { success: 0, failedCheck: 1, badInput: 2, internal: 70, interrupted: 130 } as const;
