#!/usr/bin/env node
/** The program `nvmoe`. */
import { runCli } from './program.ts';
import { processTerminal } from './terminal.ts';

// A reader that closes the pipe (`nvmoe ... | head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), processTerminal);
