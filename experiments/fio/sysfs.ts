/** The drive's request queue as its files under /sys/block/…/queue are written: `nr_requests=64,scheduler=bfq`. */
import { SCHEDULERS } from '../../devices/index.ts';
import { InputError, suggestion } from '../errors.ts';
import type { LinuxProfile } from '../schema/linux.ts';

const FILES: Readonly<Record<string, (text: string) => Partial<LinuxProfile> | undefined>> = {
  scheduler(text) {
    const scheduler = SCHEDULERS.find((name) => name === text);
    return scheduler && { scheduler };
  },
  nr_requests: (text) => whole(text, (nrRequests) => ({ nrRequests })),
  max_sectors_kb: (text) => whole(text, (kib) => ({ maxSectors: kib * 1024 })),
  max_segments: (text) => whole(text, (maxSegments) => ({ maxSegments })),
  read_ahead_kb: (text) => whole(text, (kib) => ({ readAhead: kib * 1024 }), 0),
  nomerges: (text) => (/^[012]$/.test(text) ? { merges: text !== '2' } : undefined),
};

/** @throws InputError */
export function parseSysfs(text: string): Partial<LinuxProfile> {
  const changes = text.split(',').map((part): Partial<LinuxProfile> => {
    const [file, value = ''] = part.split('=');
    const parse = FILES[file];
    const names = Object.keys(FILES);
    if (!parse)
      throw new InputError(
        `--sysfs ${part}: allowed are ${names.join(', ')}, with =VALUE${suggestion(file, names)}`,
      );
    const change = parse(value);
    if (change) return change;
    throw new InputError(
      `--sysfs ${part}: found '${value}'; allowed is ${file === 'scheduler' ? SCHEDULERS.join(', ') : file === 'nomerges' ? '0, 1 or 2' : 'a whole number as sysfs shows it'}`,
    );
  });
  return Object.assign({}, ...changes);
}

function whole<T>(text: string, make: (value: number) => T, min = 1): T | undefined {
  return /^\d+$/.test(text) && Number(text) >= min ? make(Number(text)) : undefined;
}
