import { type Failure, type GoFacts, type GoService, type GoServices, goShimReplies, type GoShimStart, goTransports } from '@moby/model';

/** A place in facts.json, as far as it is read here. */
export interface GoFactsReader {
  has(key: string): boolean;
  get(key: string): GoFactsReader;
  list(): readonly GoFactsReader[];
  text(): string;
  texts(): readonly string[];
  number(): number;
  only(keys: ReadonlySet<string>): void;
  refuse(what: string): Failure;
}

const formKeys = {
  go: new Set(['version', 'tags', 'isaLevel', 'services', 'shimStart']),
  services: new Set(['provides', 'consumes']),
  service: new Set(['service', 'transport']),
  shimStart: new Set(['accepts', 'emits']),
};

/** `go` of an ELF file in facts.json. Throws `Failure` `invalid-input` for whatever isn't exactly of the form of `GoFacts`. */
export function parseGoFacts(item: GoFactsReader): GoFacts {
  item.only(formKeys.go);
  return {
    ...(item.has('version') ? { version: item.get('version').text() } : {}),
    ...(item.has('tags') ? { tags: item.get('tags').texts() } : {}),
    ...(item.has('isaLevel') ? { isaLevel: item.get('isaLevel').number() } : {}),
    ...(item.has('services') ? { services: readServices(item.get('services')) } : {}),
    ...(item.has('shimStart') ? { shimStart: readShimStart(item.get('shimStart')) } : {}),
  };
}

function readServices(item: GoFactsReader): GoServices {
  item.only(formKeys.services);
  return { provides: item.get('provides').list().map(readService), consumes: item.get('consumes').list().map(readService) };
}

function readService(item: GoFactsReader): GoService {
  item.only(formKeys.service);
  return { service: item.get('service').text(), transport: oneOf(item.get('transport'), goTransports) };
}

function readShimStart(item: GoFactsReader): GoShimStart {
  item.only(formKeys.shimStart);
  return {
    ...(item.has('accepts')
      ? {
          accepts: item
            .get('accepts')
            .list()
            .map((reply) => oneOf(reply, goShimReplies)),
        }
      : {}),
    ...(item.has('emits') ? { emits: oneOf(item.get('emits'), goShimReplies) } : {}),
  };
}

function oneOf<Word extends string>(item: GoFactsReader, words: readonly Word[]): Word {
  const found = words.find((word) => word === item.text());
  if (found === undefined) throw item.refuse(`must be one of ${words.join(', ')}`);
  return found;
}
