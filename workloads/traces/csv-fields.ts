/**
 * Fields of a comma-separated line (RFC 4180 within one line): quoted fields may hold commas and doubled quotes.
 */
export function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const quoted = line[at] === '"' ? /"((?:[^"]|"")*)"(?:,|$)/y : undefined;
    if (quoted !== undefined) {
      quoted.lastIndex = at;
      const match = quoted.exec(line);
      if (match !== null) {
        fields.push(match[1].replaceAll('""', '"'));
        at = quoted.lastIndex + (match[0].endsWith(',') ? 0 : 1);
        continue;
      }
    }
    const end = line.indexOf(',', at);
    fields.push(end < 0 ? line.slice(at) : line.slice(at, end));
    at = end < 0 ? line.length + 1 : end + 1;
  }
  return fields;
}

/** A text as one field. */
export const quotedField = (text: string): string =>
  /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
