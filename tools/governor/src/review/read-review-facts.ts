import { fromNpmVersion, placeAt, validateDocument, type Diagnostic, type Document, type Judged } from '@moby/model';
import { isDay } from '../judge/is-day.ts';
import type { PublishedVersion } from '../judge/question.ts';
import { readStrictJson, type JsonFault } from '../json/strict-json.ts';
import type { ReviewFacts } from './review-facts.ts';

/** The most that is read of them: a registry of thousands of components is among them. */
export const maxReviewFactsBytes: number = 32 * 1024 ** 2;

const maxDepth = 8;

/** The form `review-facts`: versions as npm spells them. */
type WrittenFacts = Omit<ReviewFacts, 'published'> & {
  readonly form: 1;
  readonly published?: Readonly<Record<string, readonly Omit<PublishedVersion, 'version' | 'contents'>[]>>;
};

/** Facts from their file, strictly. What is wrong with it comes with line and column; nothing of it counts then. */
export async function readReviewFacts(text: string, file: string): Promise<Judged<ReviewFacts>> {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxReviewFactsBytes) {
    const message = `\`${file}\` has ${bytes} bytes; at most ${maxReviewFactsBytes} are read`;
    return { ok: false, findings: [{ severity: 'error', code: 'too-large', message }] };
  }
  const { document, faults } = readStrictJson(file, text, { maxDepth });
  if (document === undefined || faults.length > 0) return { ok: false, findings: faults.map((fault) => saidOf(fault, file, text)) };
  const invalid = await validateDocument(document, 'reviewFacts');
  const { value } = document;
  if (invalid.length > 0 || !isWritten(value)) return { ok: false, findings: invalid };
  const findings: Diagnostic[] = [];
  if (value.today !== undefined && !isDay(value.today))
    findings.push(wrong(document, ['today'], `\`${value.today}\` is no day of the calendar`));
  const { form: _form, published, ...rest } = value;
  const versions = published === undefined ? {} : { published: parseVersions(document, published, findings) };
  return findings.length > 0 ? { ok: false, findings } : { ok: true, value: { ...rest, ...versions }, findings: [] };
}

function parseVersions(
  document: Document,
  published: NonNullable<WrittenFacts['published']>,
  findings: Diagnostic[],
): NonNullable<ReviewFacts['published']> {
  const parsed = Object.entries(published).map(([name, versions]) => {
    const read = versions.flatMap((one, index): readonly PublishedVersion[] => {
      const version = fromNpmVersion(one.npmVersion);
      if (version !== undefined) return [{ ...one, version }];
      findings.push(wrong(document, ['published', name, index, 'npmVersion'], `\`${one.npmVersion}\` is no version of a component`));
      return [];
    });
    return [name, read] as const;
  });
  return Object.fromEntries(parsed);
}

function saidOf({ kind, offset, message }: JsonFault, file: string, text: string): Diagnostic {
  return { severity: 'error', code: kind, message, place: placeAt(file, text, offset, 1) };
}

function wrong(document: Document, at: readonly (string | number)[], message: string): Diagnostic {
  return { severity: 'error', code: 'invalid-value', message, place: document.placeOf(at) };
}

/** Holds where the schema has nothing against it, which is the proof; here for the compiler. */
function isWritten(value: unknown): value is WrittenFacts {
  return typeof value === 'object' && value !== null && 'form' in value;
}
