/**
 * HTML that cannot be broken by a name: a template tag that escapes whatever is put in, unless it is HTML already.
 */
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. Also what keeps plotly, which reads tags in labels, from doing so. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c]);

/** JSON inside a script element: `</script>` and `<!--` in a name must not end or comment it out. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');

/** Markup that is safe as it stands. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | boolean | undefined | Html | readonly Html[];

const render = (part: Part): string => {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map((item: Html) => item.text).join('\n');
  return part === undefined || part === false ? '' : escapeHtml(String(part));
};

/** html`<td>${name}</td>`: strings and numbers are escaped, Html and lists of it are not, undefined and false vanish. */
export const html = (texts: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(texts.map((text, i) => text + (i < parts.length ? render(parts[i]) : '')).join(''));
