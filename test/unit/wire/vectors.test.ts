/** test/vectors: bytes and what they mean, for whoever writes the protocol in another language; read here both ways. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { auto } from "../../../src/codecs/auto.ts";
import { linkHello, readHello } from "../../../src/rpc/hello.ts";
import { FramedLink } from "../../../src/wire/framed.ts";
import { chunksOf, type DataFrame, type Frame } from "../../../src/wire/frames.ts";
import { MockByteLink } from "../support/byte-link.ts";
import { feed, joined } from "../support/bytes.ts";

type Json = Record<string, unknown>;

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly means: unknown;
}

function vectors<V extends Vector>(file: string): readonly V[] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), "utf8"));
}

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** As the files have it: chunks in hex, null for ∞. */
function meaningOf(frame: Frame): Json {
  const { chunks: _, packed: __, ...rest } = frame as DataFrame;
  const meaning =
    frame.type === "stream-data"
      ? { ...rest, chunks: chunksOf(frame).map((each) => hexOf(each as Uint8Array)) }
      : frame;
  return JSON.parse(JSON.stringify(meaning));
}

function linked(): { link: MockByteLink; framed: FramedLink; heard: Json[] } {
  const link = new MockByteLink();
  const framed = new FramedLink(link, { maxChunk: 1000, message: 1000 });
  const heard: Json[] = [];
  const fail = (error: unknown): never => {
    throw error;
  };
  framed.listen({
    met: () => {},
    receive: () => {},
    frame: (frame) => void heard.push(meaningOf(frame)),
    text: (line) => void heard.push(JSON.parse(line)),
    admits: () => true,
    begins: () => {},
    breach: fail,
    lost: fail,
  });
  link.receiver.connected();
  return { link, framed, heard };
}

/** Sends what the meaning says. */
function send(framed: FramedLink, meaning: Json): void {
  const { type, id, chunks, form, weights, limit, bytes } = meaning as Json & { id: number };
  if (type === undefined) framed.post(meaning);
  else if (type === "stream-data") {
    for (const [at, chunk] of (chunks as string[]).entries())
      framed.lane(id).push(bytesOf(chunk), form as number, (weights as number[] | undefined)?.[at], false);
  } else if (type === "stream-credit") {
    const ofNull = (value: unknown): number => (value as number | null) ?? Number.POSITIVE_INFINITY;
    framed.postFrame({ type, id, limit: ofNull(limit), bytes: ofNull(bytes) }, id);
  } else framed.postFrame(meaning as never, id);
}

function written({ link, framed }: ReturnType<typeof linked>, meanings: readonly Json[]): Uint8Array {
  for (const meaning of meanings) send(framed, meaning);
  link.scheduler.turn();
  return joined(...(link.writes[0]?.parts ?? []));
}

describe("test/vectors/frames.json", () => {
  for (const { name, hex, means, exact } of vectors<Vector & { readonly exact?: true }>("frames.json")) {
    it(`reads ${name}`, () => {
      for (const piece of [1, Number.POSITIVE_INFINITY]) {
        const { link, framed, heard } = linked();
        feed(framed as never, bytesOf(hex), piece);
        link.scheduler.turn();
        expect(heard).toEqual(means);
      }
    });

    it(`writes ${name}${exact ? ", to the byte" : ", so that it is read again"}`, () => {
      const bytes = written(linked(), means as Json[]);
      if (exact) expect(hexOf(bytes)).toBe(hex);
      const { link, framed, heard } = linked();
      feed(framed as never, bytes);
      link.scheduler.turn();
      expect(heard).toEqual(means);
    });
  }
});

describe("test/vectors/hello.json", () => {
  for (const { name, hex, means, data = {} } of vectors<Vector & { readonly data?: Json }>("hello.json")) {
    it(name, () => {
      const { params } = JSON.parse(Buffer.from(bytesOf(hex)).toString());
      const { fork: _, ...limits } = readHello(params);
      expect(JSON.parse(JSON.stringify(limits))).toEqual(means);
      expect(linkHello(params)).toEqual(data);
    });
  }
});

interface AutoVector extends Vector {
  readonly form: number;
  readonly means: { readonly kind?: string; readonly bytes?: string; readonly json?: unknown };
}

describe("test/vectors/auto.json", () => {
  for (const { name, form, hex, means } of vectors<AutoVector>("auto.json")) {
    it(`${name}, both ways`, () => {
      const chunk = auto.decode(bytesOf(hex), form);
      if (means.kind === undefined) expect(chunk).toEqual(means.json);
      else {
        expect(Object.prototype.toString.call(chunk)).toBe(`[object ${means.kind}]`);
        const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(chunk)
          ? chunk
          : new Uint8Array(chunk as ArrayBuffer);
        expect(hexOf(new Uint8Array(buffer, byteOffset, byteLength))).toBe(means.bytes);
      }
      expect(auto.form?.(chunk)).toBe(form);
      const encoded = auto.encode(chunk);
      const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(encoded) ? encoded : new Uint8Array(encoded);
      expect(hexOf(new Uint8Array(buffer, byteOffset, byteLength))).toBe(hex);
    });
  }
});
