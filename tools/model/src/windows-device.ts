/** Names that Windows takes for a device, whatever the ending (Microsoft, "Naming Files, Paths, and Namespaces"). */
export function isWindowsDevice(segment: string): boolean {
  return /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i.test(segment);
}
