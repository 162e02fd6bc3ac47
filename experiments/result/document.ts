/**
 * docs/result.md, written from the schema's own descriptions so that page and program cannot disagree.
 */
import { resultJsonSchema } from '../result.ts';

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
}

/** Parts that repeat the measures of decode for another phase: described once. */
const REPEATED = /^(prefill|load)\.(storage|cache|pageCache|time)$/;

/** One table row per field, nested ones by path; `[]` marks the elements of a list. */
function rowsOf(node: Node, path: string): string[] {
  const inner = node.items ? rowsOf(node.items, `${path}[]`) : [];
  const fields = Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const place = path ? `${path}.${name}` : name;
    const presence = node.required?.includes(name) ? '' : '*optional* ';
    // A list of unnamed values is described once, at the list.
    const row = field.description
      ? [`| \`${place}\` | ${presence}${field.description.replaceAll('|', '\\|')} |`]
      : [];
    return REPEATED.test(place) ? row : [...row, ...rowsOf(field, place)];
  });
  return [...inner, ...fields];
}

const INTRODUCTION = `# The result of a run

\`nvmoe run --json\` prints one object like this, \`--out DIR\` keeps it as \`DIR/result.json\`, and \`nvmoe sweep --json\`
prints \`{"points": [...]}\` of them. \`nvmoe schema result\` prints the JSON Schema.

- Units are SI and in the names: seconds, bytes, per second. Shares are fractions, not per cent.
- \`tokensPerSecond\`, \`cache\`, \`prefetch\`, \`storage\` and \`time\` cover decode after warm-up; \`prefill\` and \`load\` repeat
  the same measures for their phases.
- Optional parts are absent, never null. Infinite values do not occur: a resource without limit has no bound.
- No wall-clock time, host name, path or worker count is in it: the same experiment, seed and version give the same
  bytes on one Node major.
- Additions keep the number in \`schema\`, removals and changes of meaning raise it.

This page is written from the schema in \`experiments/result.ts\`; a test keeps them equal.

| field | definition |
|---|---|
`;

/** The page as Markdown. */
export const documentResult = (): string =>
  `${INTRODUCTION}${rowsOf(resultJsonSchema() as Node, '').join('\n')}\n`;
