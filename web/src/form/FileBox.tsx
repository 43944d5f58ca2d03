import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { request } from "../api/client";
import { UploadDocument } from "../api/generated/graphql";
import { uriOf } from "../api/uploads";
import { say } from "../messages/messages";
import { Media } from "../ui/Media";
import { attributes, type ControlProps } from "./controls";
import type { Control } from "./schema";

interface FileBoxProps extends ControlProps {
  control: Extract<Control, { kind: "file" }>;
  onProblem(message: string): void;
}

/** A chosen file as this page shows it. */
interface Preview {
  /** Null where its file has not come. */
  url: string | null;
  contentType: string;
}

/** Files of one field that are shown. */
const MOST_PREVIEWS = 8;

/** Chooses files; what they are given as stands in the field once each of them is ready. */
export function FileBox(props: FileBoxProps) {
  const busy = useSignal(false);
  const names = useSignal("");
  const isOver = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(0);
  /** Of what was chosen here or sent before, by what it is given as. */
  const chosenFiles = useSignal<ReadonlyMap<string, Preview>>(new Map());
  const given = String(props.raw.value);

  useEffect(() => {
    if (given === "" && input.current && !busy.peek()) {
      input.current.value = "";
      names.value = "";
    }
    for (const uri of given.split("\n", MOST_PREVIEWS)) {
      if (/^upload:/.test(uri) && !chosenFiles.peek().has(uri)) {
        request(UploadDocument, { uri }).then(
          ({ upload }) => upload && (chosenFiles.value = new Map(chosenFiles.peek()).set(uri, upload)),
          // The field says what is given, whether its file can be shown or not
          () => undefined,
        );
      }
    }
  }, [given]);

  const forget = () => chosenFiles.peek().forEach(({ url }) => URL.revokeObjectURL(`${url}`));
  useEffect(() => forget, []);

  const choose = async (chosen: readonly File[]) => {
    const turn = ++latest.current;
    busy.value = true;
    props.onEdit("");
    try {
      const uris = await Promise.all(chosen.map(uriOf));
      if (turn !== latest.current) return;
      names.value = chosen.map((file) => file.name).join(", ");
      forget();
      chosenFiles.value = new Map(
        chosen.map((file, index) => [uris[index] ?? "", { url: URL.createObjectURL(file), contentType: file.type }]),
      );
      props.onEdit(uris.join("\n"));
    } catch (error) {
      if (turn === latest.current) props.onProblem(error instanceof Error ? error.message : String(error));
    } finally {
      if (turn === latest.current) busy.value = false;
    }
  };

  /** Files that came otherwise than by the picker, which offers none of other types by itself. */
  const give = (chosen: readonly File[]) => {
    const fitting = chosen.filter((file) => isOffered(file, props.control.accept));
    if (fitting.length > 0) void choose(props.control.multiple ? fitting : fitting.slice(0, 1));
    else if (chosen.length > 0) props.onProblem(say.form.wrongType(props.control.accept));
  };

  return (
    <div
      class={`file-box${isOver.value ? " file-box-over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        give([...(event.dataTransfer?.files ?? [])]);
      }}
      onPaste={(event) => {
        const chosen = [...(event.clipboardData?.files ?? [])];
        if (chosen.length === 0) return;
        event.preventDefault();
        give(chosen);
      }}
    >
      <input
        {...attributes(props)}
        ref={input}
        type="file"
        class="input"
        multiple={props.control.multiple}
        accept={props.control.accept || undefined}
        onChange={(event) => void choose([...(event.currentTarget.files ?? [])])}
      />
      <p class="field-about" role="status">
        {busy.value && <span>{say.form.sending}</span>}
        {!busy.value && names.value === "" && given !== "" && shown(given)}
      </p>
      <Previews given={given} chosen={chosenFiles.value} />
    </div>
  );
}

/** Whether a picker with these types would offer a file. */
const isOffered = ({ type }: File, accept: string): boolean =>
  accept === "" ||
  accept.split(",").some((one) => {
    const wanted = one.trim();
    return wanted === "*/*" || wanted === type || (wanted.endsWith("/*") && type.startsWith(wanted.slice(0, -1)));
  });

/** The files that a field holds, as far as they can be shown: chosen here, sent before, or written out within the input. */
function Previews({ given, chosen }: { given: string; chosen: ReadonlyMap<string, Preview> }) {
  const unshown = useSignal<ReadonlySet<string>>(new Set());
  const uris = given.split("\n", MOST_PREVIEWS);
  return (
    <div class="previews">
      {uris.map((uri, index) => {
        const preview = chosen.get(uri) ?? embedded(uri);
        const url = preview?.url;
        if (!url || unshown.value.has(url)) return null;
        const hide = () => (unshown.value = new Set([...unshown.value, url]));
        return <Media key={url} {...preview} url={url} label={say.form.fileOf(index + 1)} onGone={hide} />;
      })}
    </div>
  );
}

function embedded(uri: string): Preview | null {
  const contentType = /^data:([^;,]+)[;,]/.exec(uri)?.[1];
  return contentType ? { url: uri, contentType } : null;
}

/** What a run before this one was given. */
function shown(given: string): string {
  const all = given.split("\n").map((uri) => (uri.length > 48 ? `${uri.slice(0, 47)}…` : uri));
  return say.form.given(all.join(", "));
}
