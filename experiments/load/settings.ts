/** `--set a.b=VALUE`: VALUE is YAML, so lists, mappings, numbers and text read as they do in a file. */
import { parseDocument } from 'yaml';
import { InputError } from '../errors.ts';
import type { Setting } from '../sweep/grid.ts';

/** @throws InputError */
export function parseSetting(text: string): Setting {
  const equals = text.indexOf('=');
  if (equals < 1)
    throw new InputError(`--set ${text}: allowed is KEY=VALUE; write e.g. --set 'io.request=128 KiB'`);
  const document = parseDocument(text.slice(equals + 1), { prettyErrors: false, logLevel: 'silent' });
  if (document.errors.length > 0) {
    throw new InputError(
      `--set ${text}: the value is not valid YAML (${document.errors[0].message}); put it in quotes`,
    );
  }
  return { key: text.slice(0, equals).trim(), value: document.toJS({ maxAliasCount: 0 }), text };
}
