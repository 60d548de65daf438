/** Who has an IPv6 address has all of its network, half of the address, to choose from: clients are counted by that. */
export function networkOf(address: string): string {
  const own = address.replace(/^::ffff:(?=[0-9.]+$)/i, '');
  if (!own.includes(':')) return own;
  const [before = '', after] = own.split('::');
  const groups = before === '' ? [] : before.split(':');
  const missing = after === undefined ? 0 : 8 - groups.length - (after === '' ? 0 : after.split(':').length);
  return [...groups, ...Array.from({ length: missing }, () => '0'), ...(after ?? '').split(':')]
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
