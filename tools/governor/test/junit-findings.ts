/**
 * What a text breaks of the form that readers of JUnit's XML share (Jenkins' junit-10.xsd), as far as a report uses it: well-formed
 * XML of these elements within each other, with the attributes that are required and no others, and totals that add up.
 */
export function junitFindings(xml: string): readonly string[] {
  const findings: string[] = [];
  const open: Element[] = [];
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(declaration)) return ['no declaration of XML at the beginning'];
  let end = declaration.length;
  for (const match of xml.matchAll(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g)) {
    findings.push(...textFindings(xml.slice(end, match.index), open.at(-1)));
    end = match.index + match[0].length;
    const [, closes, name = '', written = '', isEmpty] = match;
    if (closes === '/') {
      const last = open.pop();
      if (last?.name !== name) findings.push(`</${name}> closes nothing`);
      else findings.push(...totalFindings(last));
      continue;
    }
    const attributes = Object.fromEntries([...written.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
    const element: Element = { name, attributes, children: [] };
    findings.push(...elementFindings(element, open.at(-1)), ...textFindings(Object.values(attributes).join(' ')));
    for (const around of open) around.children.push(element);
    if (isEmpty !== '/') open.push(element);
  }
  if (open.length > 0) findings.push(`<${open.at(-1)?.name ?? ''}> stays open`);
  return [...findings, ...textFindings(xml.slice(end), undefined)];
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** At any depth. */
  readonly children: Element[];
}

interface Form {
  readonly within: readonly (string | undefined)[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly hasText?: true;
}

const outcome: Form = { within: ['testcase'], required: [], optional: ['type', 'message'], hasText: true };
const forms: Readonly<Record<string, Form>> = {
  testsuites: { within: [undefined], required: [], optional: ['name', 'time', 'tests', 'failures', 'errors'] },
  testsuite: { within: ['testsuites'], required: ['name', 'tests', 'failures', 'errors'], optional: ['skipped'] },
  testcase: { within: ['testsuite'], required: ['name'], optional: ['classname', 'time'] },
  failure: outcome,
  error: outcome,
  skipped: outcome,
  'system-out': { within: ['testcase'], required: [], optional: [], hasText: true },
};

function elementFindings({ name, attributes }: Element, parent: Element | undefined): readonly string[] {
  const form = forms[name];
  if (form === undefined) return [`<${name}> is no element of the form`];
  const known = [...form.required, ...form.optional];
  return [
    ...(form.within.includes(parent?.name) ? [] : [`<${name}> stands within ${parent?.name ?? 'nothing'}`]),
    ...form.required.filter((key) => attributes[key] === undefined).map((key) => `<${name}> has no ${key}`),
    ...Object.keys(attributes)
      .filter((key) => !known.includes(key))
      .map((key) => `<${name}> has ${key}`),
  ];
}

function totalFindings({ name, attributes, children }: Element): readonly string[] {
  const inside = { tests: 'testcase', failures: 'failure', errors: 'error', skipped: 'skipped' };
  return Object.entries(inside).flatMap(([key, child]) => {
    const count = String(children.filter((one) => one.name === child).length);
    const said = attributes[key];
    return said === undefined || said === count ? [] : [`${name} ${attributes['name'] ?? ''}: ${key} is ${said}, of ${count}`];
  });
}

/** Characters are XML's (1.0, section 2.2), and a `<` or a bare `&` is never text. */
function textFindings(text: string, element?: Element): readonly string[] {
  const found: string[] = [];
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u.test(text)) found.push('a character that XML has no place for');
  if (/<|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) found.push(`not well-formed: ${text.slice(0, 80)}`);
  if (element !== undefined && forms[element.name]?.hasText !== true && text.trim() !== '') found.push(`text within <${element.name}>`);
  return found;
}
