import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '@moby/testkit';

/** The smallest oclif program with the same plugin for help; gives the path of what is run. */
export function makeHelloCli(folder: string): string {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'commands'));
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  const manifest = {
    name: 'hello-cli',
    version: '0.0.0',
    type: 'module',
    dependencies: { '@oclif/core': '*', '@oclif/plugin-help': '*' },
    oclif: { bin: 'hello', dirname: 'hello', commands: './commands', plugins: ['@oclif/plugin-help'] },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'commands/hello.js'),
    "import { Command } from '@oclif/core';\nexport default class Hello extends Command {\n  static description = 'says hello';\n  async run() { await this.parse(Hello); this.log('hello'); }\n}\n",
  );
  const run = join(folder, 'bin/run.js');
  writeFileSync(run, "import { execute } from '@oclif/core';\nawait execute({ dir: import.meta.url });\n");
  return run;
}
