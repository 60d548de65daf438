import type { PackageSubject } from '../judge/subject.ts';

/** Whether the package's name is new: what is published, or known to the project, was judged when it came. */
export function isNewName({ name, question }: PackageSubject): boolean {
  return name !== undefined && question.published.length === 0 && !question.names.components.includes(name);
}

/** The names of others, sorted. */
export function otherNames({ name, question }: PackageSubject): readonly string[] {
  return [...new Set(question.names.components)].filter((other) => other !== name).sort();
}
