import { useRef } from "preact/hooks";
import { withoutRoot } from "../api/root";

const SHARP_BELOW_PX = 160;

interface Props {
  /** Where this page reads the file. */
  url: string;
  contentType: string;
  /** What it is, for who cannot see it. */
  label: string;
  width?: number | null;
  height?: number | null;
  /** Called when the file cannot be read or shown: links live shorter than a page may. */
  onGone?: () => void;
}

/** What a browser shows of a file: a picture, or a player with its own controls; nothing for other files. */
export function Media({ url: given, contentType, label, width, height, onGone }: Props) {
  const kind = mediaKind(contentType);
  const url = reachable(given);
  // a player that has begun goes on from where it was, once it has a link that lives
  const at = useRef(0);
  const size = { width: width ?? undefined, height: height ?? undefined };
  if (kind === "image") {
    const isSmall = (width ?? SHARP_BELOW_PX) < SHARP_BELOW_PX;
    const look = isSmall ? "picture-sharp" : undefined;
    return <img src={url} {...size} class={look} loading="lazy" alt={label} onError={() => onGone?.()} />;
  }
  if (kind === null) return null;
  const shared = {
    src: url,
    class: "player",
    controls: true,
    preload: "metadata" as const,
    "aria-label": label,
    onError: () => onGone?.(),
    onTimeUpdate: (event: { currentTarget: HTMLMediaElement }) => {
      if (event.currentTarget.currentTime > 0) at.current = event.currentTarget.currentTime;
    },
    onLoadedMetadata: (event: { currentTarget: HTMLMediaElement }) => {
      if (at.current > 0) event.currentTarget.currentTime = at.current;
    },
  };
  return kind === "audio" ? <audio {...shared} /> : <video {...shared} {...size} playsInline />;
}

/** How a browser shows files of a type; what could run code, such as SVG, is never shown. */
export function mediaKind(contentType: string): "image" | "audio" | "video" | null {
  const type = contentType.trim().toLowerCase();
  if (type.startsWith("image/svg")) return null;
  const kind = type.split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : null;
}

/** Files of the server itself are asked for where this page came from: its public name may be another one. */
export function reachable(url: string): string {
  const parsed = new URL(url, location.href);
  const path = withoutRoot(parsed.pathname) ?? "";
  const isOurs = path.startsWith("/files/") && parsed.searchParams.has("sig");
  const isShared = /^\/public\/[\w-]+\/files\/\d+$/.test(path);
  if (isOurs || isShared) return location.origin + parsed.pathname + parsed.search;
  return /^(https?|data|blob):$/.test(parsed.protocol) ? parsed.href : "data:,";
}
