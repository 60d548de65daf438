// oclif's door to the commands: the package's own name answers with sources in a checkout, with JavaScript elsewhere.
export { commands } from 'moby-compose';
