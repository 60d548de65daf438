// The least that an assembly can cost: its kernel and its disk copied, its segments written one behind the other. FOLDER OUT
import { closeSync, copyFileSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [folder, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
for (const name of ['vmlinuz', 'trees.erofs'])
  if (existsSync(join(folder, name)) === true) copyFileSync(join(folder, name), join(out, name), constants.COPYFILE_FICLONE);
const file = openSync(join(out, 'initrd.img'), 'w');
for (const name of readdirSync(join(folder, 'segments')).sort()) writeSync(file, readFileSync(join(folder, 'segments', name)));
closeSync(file);
