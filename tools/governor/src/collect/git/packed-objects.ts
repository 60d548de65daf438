import { Failure, formatBytes } from '@moby/model';
import { applyDelta } from './apply-delta.ts';
import { readBoundedFile } from './bounded-file.ts';
import type { ObjectHead } from './object-store.ts';
import { inflateBegin, inflateWhole, littleEndian, readPackEntry, type PackEntry } from './pack-entry.ts';
import type { FindPacked, PackedPlace } from './pack-index.ts';
import { corruptObject, unreadableRepository } from './unreadable-repository.ts';

export interface PackedObjects {
  headAt(oid: string, place: PackedPlace): ObjectHead;
  /** As large as its head says, and never larger on the way there. */
  bytesAt(oid: string, place: PackedPlace): Buffer;
}

/** git itself writes chains of at most 4095. */
const maxChain = 4096;
/** Bytes that are made on the way along one. */
const maxChainBytes = 8 * 1024 ** 3;
/** What differences were made to, kept for the next of them: neighbours in a history are written as differences to the same. */
const maxKeptBytes = 32 * 1024 ** 2;

/** Objects in packs, which are read whole, each at the first question. */
export function openPackedObjects(find: FindPacked): PackedObjects {
  const packs = new Map<string, Buffer>();
  const packOf = (oid: string, path: string): Buffer => {
    const pack = packs.get(path) ?? readPack(oid, path);
    packs.set(path, pack);
    return pack;
  };
  const kept = keptBytes();
  const entryAt = (oid: string, { pack, offset }: PackedPlace): PackEntry => readPackEntry(oid, packOf(oid, pack), offset);
  const baseOf = (oid: string, { pack }: PackedPlace, base: number | string): PackedPlace => {
    const place = typeof base === 'number' ? { pack, offset: base } : find(base);
    if (place === undefined) throw corruptObject(oid);
    return place;
  };
  return {
    headAt: (oid, first) => {
      let place = first;
      let size: number | undefined;
      let [largestSize, total] = [0, 0];
      for (let length = 0; length < maxChain; length += 1) {
        const entry = entryAt(oid, place);
        const [before, after] = entry.base === undefined ? [0, entry.size] : sizesOf(oid, entry);
        largestSize = Math.max(largestSize, entry.size, before, after);
        size ??= after;
        total += after;
        if (total > maxChainBytes) break;
        if (entry.type !== undefined) return { type: entry.type, size, largestSize };
        place = baseOf(oid, place, entry.base ?? '');
      }
      throw chainTooLong(oid);
    },
    bytesAt: (oid, first) => {
      const chain: { readonly place: PackedPlace; readonly entry: PackEntry }[] = [];
      let place = first;
      let bytes = kept.get(place);
      while (bytes === undefined) {
        if (chain.length === maxChain) throw chainTooLong(oid);
        const entry = entryAt(oid, place);
        if (entry.base === undefined) {
          bytes = inflateWhole(oid, entry.stream, entry.size);
          if (chain.length > 0) kept.add(place, bytes);
          break;
        }
        chain.push({ place, entry });
        place = baseOf(oid, place, entry.base);
        bytes = kept.get(place);
      }
      for (const { place: own, entry } of chain.reverse()) {
        bytes = applyDelta(oid, bytes, inflateWhole(oid, entry.stream, entry.size));
        if (own !== first) kept.add(own, bytes);
      }
      return bytes;
    },
  };
}

/** Of a difference: the sizes before and after, with which it begins. */
function sizesOf(oid: string, { stream }: PackEntry): readonly [number, number] {
  const cursor = { bytes: inflateBegin(oid, stream), at: 0, oid };
  return [littleEndian(cursor), littleEndian(cursor)];
}

function readPack(oid: string, path: string): Buffer {
  try {
    return readBoundedFile(path);
  } catch (cause) {
    throw cause instanceof Failure ? cause : corruptObject(oid, cause);
  }
}

interface KeptBytes {
  get(place: PackedPlace): Buffer | undefined;
  add(place: PackedPlace, bytes: Buffer): void;
}

/** What was added last, as much as there is room for. */
function keptBytes(): KeptBytes {
  const kept = new Map<string, Buffer>();
  let total = 0;
  const keyOf = ({ pack, offset }: PackedPlace): string => `${offset} ${pack}`;
  return {
    get: (place) => kept.get(keyOf(place)),
    add: (place, bytes) => {
      if (bytes.length > maxKeptBytes || kept.has(keyOf(place))) return;
      kept.set(keyOf(place), bytes);
      total += bytes.length;
      for (const [key, old] of kept) {
        if (total <= maxKeptBytes) break;
        kept.delete(key);
        total -= old.length;
      }
    },
  };
}

function chainTooLong(oid: string): Failure {
  return unreadableRepository(
    `object ${oid} is a chain of more than ${maxChain} differences, or of ${formatBytes(maxChainBytes)}`,
    'write it anew: git repack -adf',
  );
}
