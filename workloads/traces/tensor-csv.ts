/**
 * A table of tensors as csv with the columns name, file_offset and bytes, and ne2 (experts of a 3-D tensor) or experts:
 * the same facts as a GGUF header, for models whose file is not at hand.
 */
import { fieldsOf } from './csv-fields.ts';
import type { TensorExtent } from './tensor-extents.ts';
import { TraceError } from './trace-error.ts';

export function parseTensorCsv(text: string): TensorExtent[] {
  const [heading, ...lines] = text.split(/\r?\n/);
  const columns = fieldsOf(heading);
  const column = (...names: string[]) => columns.findIndex((name) => names.includes(name));
  const [name, offset, bytes, experts] = [
    column('name'),
    column('file_offset', 'offset'),
    column('bytes'),
    column('ne2', 'experts'),
  ];
  if (name < 0 || offset < 0 || bytes < 0)
    throw new TraceError(
      'a table of tensors',
      'line 1',
      heading,
      'the columns name, file_offset, bytes and ne2 or experts',
    );
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const fields = fieldsOf(line);
    const tensor = {
      name: fields[name],
      offset: Number(fields[offset]),
      bytes: Number(fields[bytes]),
      experts: experts < 0 ? 1 : Number(fields[experts]),
    };
    if (!(tensor.offset >= 0 && tensor.bytes > 0 && tensor.experts >= 1))
      throw new TraceError('a table of tensors', `line ${index + 2}`, line, `the columns ${heading}`);
    return [tensor];
  });
}
