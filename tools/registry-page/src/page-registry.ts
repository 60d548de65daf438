import type { Registry, RegistryComponent } from '@moby/model';

/** Of a component, what a page tells: its own files may lie anywhere. */
export type PageComponent = Omit<RegistryComponent, 'folder' | 'tree'>;

/** Of a registry, what a page asks of it. */
export interface PageRegistry extends Pick<Registry, 'label' | 'names' | 'versions' | 'notices' | 'line'> {
  component(...asked: Parameters<Registry['component']>): Promise<PageComponent>;
}
