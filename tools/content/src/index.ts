export * from './store/open-content-store.ts';
