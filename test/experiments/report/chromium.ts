/**
 * Finds a Chromium for browser tests: $CHROMIUM_PATH, else the usual places. Where there is none, browser tests skip
 * and say so.
 */
import { existsSync } from 'node:fs';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Path of the executable, or undefined after one line on standard error. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  const found = (given ? [given] : USUAL).find((path) => existsSync(path));
  if (!found) console.error('browser tests skipped: no Chromium found (set CHROMIUM_PATH to its executable)');
  return found;
}
