import type { ComponentFacts, ReviewFacts } from './review-facts.ts';

/** What is known of a component beyond its files: nothing, where nobody has said anything. */
export function componentFacts({ components = {} }: ReviewFacts, name: string): ComponentFacts {
  return Object.hasOwn(components, name) ? (components[name] ?? {}) : {};
}
