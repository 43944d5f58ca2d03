import { useEffect, useState } from "preact/hooks";
import { request } from "../api/client";
import { UploadDocument } from "../api/generated/graphql";
import { say } from "../messages/messages";
import { Media } from "../ui/Media";
import type { Attachment } from "./conversation";

interface Props {
  files: readonly Attachment[];
  onRemove?: (index: number) => void;
}

/** Files of a message, as far as a browser shows them. */
export function Attachments({ files, onRemove }: Props) {
  if (files.length === 0) return null;
  return (
    <ul class="attachments">
      {files.map((file, index) => (
        <li key={file.uri} class="attachment">
          <Preview file={file} />
          {onRemove && (
            <button
              type="button"
              class="button button-quiet"
              aria-label={say.chat.detach(file.name)}
              onClick={() => onRemove(index)}
            >
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Preview({ file }: { file: Attachment }) {
  const [url, setUrl] = useState(file.uri.startsWith("data:") ? file.uri : null);
  useEffect(() => {
    if (!file.uri.startsWith("upload:")) return;
    let isShown = true;
    request(UploadDocument, { uri: file.uri }).then(
      ({ upload }) => isShown && setUrl(upload?.url ?? null),
      // its name says what was given, whether it can be shown or not
      () => undefined,
    );
    return () => void (isShown = false);
  }, [file.uri]);
  if (url === null) return <span class="hint">{file.name}</span>;
  return <Media url={url} contentType={file.contentType} label={file.name} onGone={() => setUrl(null)} />;
}
