export { readReadme } from '../export/description.ts';
export { deprecateRelease, promoteRelease, type ChangedRelease, type NamedRelease } from './change-release.ts';
export { keepToken } from './keep-token.ts';
export { logIn, type Login } from './log-in.ts';
export { openRegistryWriter, type RegistryWriter, type RegistryWriterOptions } from './open-registry-writer.ts';
export { frozen, publishRelease, standingOf, type PublishedRelease, type Release, type Standing } from './publish-release.ts';
export { readDocument, type RegistryDocument } from './registry-document.ts';
export { signedStatement } from './signed-statement.ts';
export { Refused, type WriteAnswer } from './write-answer.ts';
