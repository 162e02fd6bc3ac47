/**
 * A table of tensors as csv, with the columns name, type, ne0, ne1 …, file_offset and bytes: what a GGUF header says of
 * the tensors, for a model whose file is not at hand.
 */
import { isGgmlType } from '../models/ggml-types.ts';
import { fieldsOf } from '../traces/csv-fields.ts';
import { TraceError } from '../traces/trace-error.ts';
import type { ModelFile } from './gguf-model.ts';

const NEEDED = ['name', 'type', 'ne0', 'file_offset', 'bytes'] as const;

/** Throws TraceError on what is no such table. The file ends with its last tensor. */
export function parseTensorTable(text: string): ModelFile {
  const [heading, ...lines] = text.split(/\r?\n/);
  const columns = fieldsOf(heading);
  const fail = (line: number, found: string, expected: string) =>
    new TraceError('a table of tensors', `line ${line}`, found, expected);
  if (!NEEDED.every((name) => columns.includes(name)))
    throw fail(1, heading, `the columns ${NEEDED.join(', ')}, and ne1, ne2 for matrices and experts`);
  const tensors = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const fields = fieldsOf(line);
    const of = (name: string) => fields[columns.indexOf(name)];
    const shape = ['ne0', 'ne1', 'ne2'].map((name) => Number(of(name) ?? 1));
    while (shape.length > 1 && shape.at(-1) === 1) shape.pop();
    const type = of('type');
    const [offset, bytes] = [Number(of('file_offset')), Number(of('bytes'))];
    const whole = [...shape, bytes].every((n) => Number.isInteger(n) && n >= 1);
    if (!whole || !(Number.isInteger(offset) && offset >= 0) || !isGgmlType(type))
      throw fail(index + 2, line, `a ggml type and whole numbers under ${heading}`);
    return [{ name: of('name'), shape, type, offset, bytes }];
  });
  if (tensors.length === 0) throw fail(2, '', 'a tensor a line');
  return { tensors, fileBytes: Math.max(...tensors.map(({ offset, bytes }) => offset + bytes)) };
}
