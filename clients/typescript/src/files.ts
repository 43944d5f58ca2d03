import { UnreachableError, InferenceError, apiError, unwrap } from "./errors.js";
import type { CreateUploadMutation, CreateUploadMutationVariables } from "./generated.js";
import { CREATE_UPLOAD } from "./operations.js";
import { isJson, type Transport } from "./transport.js";

/** What an input may hold: JSON, and files as they are. Files become data URIs where they are small, else uploads. */
export type InputValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | URL
  | OutputFile
  | readonly InputValue[]
  | { readonly [name: string]: InputValue };

export type Input = { readonly [name: string]: InputValue };

/** What a model gives: text, files in the place of their links, or any JSON. */
export type Output = string | number | boolean | null | OutputFile | Output[] | { [name: string]: Output };

/** A request has at most 1 MB, and a data URI 256 kB; what an input holds besides needs room too. */
const INLINE_BYTES = 200_000;
const LINK_MS = 60_000;
const BINARY = "application/octet-stream";

/** A file that a prediction made. Its link expires; the file asks for a new one by itself. */
export class OutputFile {
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** Pixels, of pictures. */
  readonly width: number | null;
  readonly height: number | null;
  #url: string;
  readonly #transport: Transport;
  readonly #renew: () => Promise<string>;

  /** @internal */
  constructor(
    file: { url: string; contentType: string; bytes: number; width: number | null; height: number | null },
    transport: Transport,
    renew: () => Promise<string>,
  ) {
    this.#url = new URL(file.url, transport.url).href;
    this.contentType = file.contentType;
    this.size = file.bytes;
    this.width = file.width;
    this.height = file.height;
    this.#transport = transport;
    this.#renew = renew;
  }

  /** A link that anybody may open for as long as it is valid. */
  get url(): string {
    return this.#url;
  }

  /** A link that is valid for a while yet, by which the server takes it as an input. */
  async link(): Promise<string> {
    const expiry = Number(new URL(this.#url).searchParams.get("exp"));
    if (expiry && expiry * 1000 < Date.now() + LINK_MS) this.#url = new URL(await this.#renew(), this.#transport.url).href;
    return this.#url;
  }

  async blob(options: { signal?: AbortSignal } = {}): Promise<Blob> {
    return (await this.#response(options.signal)).blob();
  }

  async bytes(options: { signal?: AbortSignal } = {}): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.#response(options.signal)).arrayBuffer());
  }

  /** A name for it: the last part of its link. */
  get name(): string {
    return decodeURIComponent(new URL(this.url).pathname.split("/").at(-1) || "file");
  }

  /**
   * Writes it to a file, on Node.js, or below a folder where the path ends in a slash; gives the path. A file of that
   * name is replaced once all has come.
   */
  async save(path: string, options: { signal?: AbortSignal } = {}): Promise<string> {
    if (!("process" in globalThis)) throw new InferenceError("There are no files to save to here; take `blob()`.");
    // by a variable, so that bundlers for browsers do not look for it
    const module = "node:fs/promises";
    const { rename, rm, writeFile } = (await import(
      /* @vite-ignore */ /* webpackIgnore: true */ module
    )) as typeof import("node:fs/promises");
    const target = path.endsWith("/") ? path + this.name : path;
    const { body } = await this.#response(options.signal);
    const part = `${target}.part`;
    try {
      await writeFile(part, (body ?? "") as AsyncIterable<Uint8Array>);
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    return target;
  }

  toString(): string {
    return this.url;
  }

  toJSON(): string {
    return this.url;
  }

  async #response(signal?: AbortSignal): Promise<Response> {
    const get = async () => {
      const answer = await this.#transport.send(this.url, signal ? { signal } : {});
      return answer.status >= 500 ? Promise.reject(await failureOf(answer, "The file")) : answer;
    };
    let response = await this.#transport.persist(get, signal);
    if (response.status === 403) {
      this.#url = new URL(await this.#renew(), this.#transport.url).href;
      response = await this.#transport.persist(get, signal);
    }
    if (!response.ok) throw await failureOf(response, "The file");
    return response;
  }
}

/** The output with files in the places of their links. */
export function withFiles(output: unknown, files: readonly OutputFile[]): Output {
  if (files.length === 0) return output as Output;
  // two links to one file may differ by a second in their query
  const byPlace = new Map(files.map((file) => [placeOf(file.url), file]));
  const replace = (value: unknown): Output => {
    if (typeof value === "string") return byPlace.get(placeOf(value)) ?? value;
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== "object" || value === null) return value as Output;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item)]));
  };
  return replace(output);
}

const placeOf = (url: string): string => url.split("?", 1)[0] ?? url;

/** The input as JSON has it: each file as a data URI, or as what an upload of it is called. */
export async function encoded(input: Input, transport: Transport, signal?: AbortSignal): Promise<unknown> {
  let left = INLINE_BYTES;
  const encode = async (value: InputValue): Promise<unknown> => {
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof URL) return value.href;
    if (value instanceof OutputFile) return value.link();
    if (value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const file = value instanceof Blob ? value : new Blob([value as BlobPart]);
      if (file.size > left) return upload(file, transport, signal);
      left -= file.size;
      return dataUri(file);
    }
    if (Array.isArray(value)) {
      const items = [];
      for (const item of value as readonly InputValue[]) items.push(await encode(item));
      return items;
    }
    // a list first: a name may be `__proto__`
    const entries: [string, unknown][] = [];
    for (const [name, item] of Object.entries(value)) entries.push([name, await encode(item as InputValue)]);
    return Object.fromEntries(entries);
  };
  return encode(input);
}

const typeOf = (file: Blob): string => (/^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : BINARY);

async function dataUri(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  // as many arguments as every engine takes
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return `data:${typeOf(file)};base64,${btoa(text)}`;
}

/** Uploads a file; the value that an input takes for it. */
export async function upload(file: Blob, transport: Transport, signal?: AbortSignal): Promise<string> {
  const input = { sizeBytes: file.size, contentType: typeOf(file) };
  const variables: CreateUploadMutationVariables = { input };
  return transport.persist(async () => {
    // a place takes bytes once, so each try has its own
    const place = unwrap(
      (await transport.request<CreateUploadMutation>(CREATE_UPLOAD, variables, { signal })).createUpload,
    );
    const response = await transport.send(new URL(place.url, transport.url), {
      method: "PUT",
      body: file,
      ...(signal && { signal }),
    });
    if (!response.ok) throw await failureOf(response, "The upload");
    return place.uri;
  }, signal);
}

/** What a plain HTTP route of the server says instead of what was asked for. */
export async function failureOf(response: Response, what: string): Promise<InferenceError> {
  if (!isJson(response)) return new UnreachableError(`${what} was answered with ${response.status}.`);
  const { error } = (await response.json()) as { error?: { code?: string; message?: string } };
  return apiError(error?.code ?? "INTERNAL_SERVER_ERROR", `${what}: ${error?.message ?? response.status}`);
}
