export * from './deb-writer.ts';
export * from './describe-machine.ts';
export * from './golden.ts';
export * from './normalise.ts';
export * from './run-cli.ts';
export * from './scratch-folder.ts';
