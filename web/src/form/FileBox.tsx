import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { uriOf } from "../api/uploads";
import { attributes, type ControlProps } from "./controls";

interface FileBoxProps extends ControlProps {
  multiple: boolean;
  onProblem(message: string): void;
}

/** Chooses files; what they are given as stands in the field once each of them is ready. */
export function FileBox(props: FileBoxProps) {
  const busy = useSignal(false);
  const names = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(0);
  const given = String(props.raw.value);

  useEffect(() => {
    if (given === "" && input.current && !busy.peek()) {
      input.current.value = "";
      names.value = "";
    }
  }, [given]);

  const choose = async (chosen: readonly File[]) => {
    const turn = ++latest.current;
    busy.value = true;
    props.onEdit("");
    try {
      const uris = await Promise.all(chosen.map(uriOf));
      if (turn !== latest.current) return;
      names.value = chosen.map((file) => file.name).join(", ");
      props.onEdit(uris.join("\n"));
    } catch (error) {
      if (turn === latest.current) props.onProblem(error instanceof Error ? error.message : String(error));
    } finally {
      if (turn === latest.current) busy.value = false;
    }
  };

  return (
    <div>
      <input
        {...attributes(props)}
        ref={input}
        type="file"
        class="input"
        multiple={props.multiple}
        onChange={(event) => void choose([...(event.currentTarget.files ?? [])])}
      />
      <p class="field-about" role="status">
        {busy.value && <span>Sending the file …</span>}
        {!busy.value && names.value === "" && given !== "" && shown(given)}
      </p>
    </div>
  );
}

/** What a run before this one was given. */
function shown(given: string): string {
  const all = given.split("\n").map((uri) => (uri.length > 48 ? `${uri.slice(0, 47)}…` : uri));
  return `Given: ${all.join(", ")}`;
}
