import { request } from "./client";
import { CreateUploadDocument } from "./generated/graphql";
import { say } from "../messages/messages";
import { ApiError, UNREACHABLE } from "./problems";
import { liveToken } from "./session";

/** The server takes 256 kB within an input; some is left for its other fields. */
const INLINE_BYTES = 200_000;
const BINARY = "application/octet-stream";

/** What an input of type file takes for a chosen file: the file itself where it is small, else an upload of it. */
export async function uriOf(file: File): Promise<string> {
  return file.size <= INLINE_BYTES || !liveToken() ? dataUri(file) : upload(file);
}

async function dataUri(file: File): Promise<string> {
  if (file.size > INLINE_BYTES) throw new Error(say.problems.signInForFiles);
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:(?=[,;])/, `data:${BINARY}`));
    reader.onerror = () => reject(new Error(say.problems.unreadableFile));
    reader.readAsDataURL(file);
  });
}

/** Sends a file to where inputs may name it; its address. */
export async function upload(file: File): Promise<string> {
  const contentType = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : BINARY;
  const { createUpload: place } = await request(CreateUploadDocument, { input: { sizeBytes: file.size, contentType } });
  if (place.__typename === "InvalidInput") throw new Error(place.violations.map((v) => v.message).join(" "));
  if (place.__typename !== "Upload") throw new ApiError(place.code, place.message);
  let response: Response;
  try {
    response = await fetch(place.url, { method: "PUT", body: file });
  } catch {
    throw new ApiError(UNREACHABLE, say.problems.fileNotSent);
  }
  if (!response.ok) throw new Error(say.problems.uploadRefused(response.status));
  return place.uri;
}
