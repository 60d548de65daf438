import { type DebSource, Failure } from '@moby/model';

/** `source-vanished` with the pins that no location has any more: what a refresh begins with. */
export class SourceVanished extends Failure {
  readonly pins: readonly DebSource[];

  constructor(pins: readonly DebSource[], locations: readonly string[]) {
    const list = pins.map((pin) => `\`${pin.package}\` ${pin.version}`).join(', ');
    super({
      code: 'source-vanished',
      message: `the archive has dropped ${list}: not found at ${locations.map((url) => `\`${url}\``).join(', ')}`,
      hints: ['pin what the archive has now: moby-compose component update', 'name an archive that keeps old packages: --debian-mirror'],
    });
    this.name = 'SourceVanished';
    this.pins = pins;
  }
}
