import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

/*
 * Just enough of ZIP to take some files out of a large archive without unpacking the rest and without a
 * program that the machine may not have: end record, central directory, stored and deflated entries.
 * Not read: ZIP64 (over 65,534 entries or 4 GB), encryption. An archive that needs them is refused.
 */

const inflate = promisify(inflateRaw);

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;

export interface ZipEntry {
  readonly name: string;
  /** Unix permission bits; 0 when the archive was made elsewhere. */
  readonly mode: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly method: number;
  readonly headerOffset: number;
}

export interface Zip {
  readonly entries: readonly ZipEntry[];
  read(entry: ZipEntry): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens an archive and reads its directory. Throws when it is cut short or of a kind that is not read. */
export async function openZip(path: string): Promise<Zip> {
  const file = await open(path, 'r');
  try {
    const entries = await readDirectory(file, path);
    return { entries, read: (entry) => readEntry(file, entry), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readDirectory(file: FileHandle, path: string): Promise<readonly ZipEntry[]> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - endBytes - 0xffff), Math.min(size, endBytes + 0xffff));
  const at = findEnd(tail);
  if (at < 0) throw new Error(`${path} is not a whole ZIP archive: it has no end record.`);
  const count = tail.readUInt16LE(at + 10);
  const bytes = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  if (count === 0xffff || offset === 0xffffffff) throw new Error(`${path} is ZIP64, which is not read here.`);
  return parseEntries(await readAt(file, offset, bytes), count);
}

function findEnd(tail: Buffer): number {
  for (let at = tail.length - endBytes; at >= 0; at--) if (tail.readUInt32LE(at) === endSignature) return at;
  return -1;
}

function parseEntries(directory: Buffer, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new Error(`ZIP entry ${index} is damaged.`);
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function readEntry(file: FileHandle, entry: ZipEntry): Promise<Buffer> {
  const header = await readAt(file, entry.headerOffset, 30);
  if (header.readUInt32LE(0) !== localSignature) throw new Error(`ZIP entry ${entry.name} is damaged.`);
  const dataAt = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await readAt(file, dataAt, entry.compressedBytes);
  if (entry.method !== 0 && entry.method !== 8) {
    throw new Error(`ZIP entry ${entry.name} is packed by method ${entry.method}, which is not read here.`);
  }
  const data = entry.method === 0 ? packed : await inflate(packed);
  if (data.length !== entry.bytes) throw new Error(`ZIP entry ${entry.name} is cut short.`);
  return data;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error('The ZIP archive is cut short.');
  return buffer;
}
