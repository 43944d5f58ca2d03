import { useState } from "preact/hooks";
import { loadMessages, say } from "../messages/messages";
import { useModule } from "../ui/module";
import type { FormField } from "./values";

interface Props {
  /** What takes the mask. */
  field: FormField;
  picture: FormField;
}

const load = async () => (await Promise.all([import("./MaskPainter"), loadMessages("mask")]))[0];

/** Below a field for a mask: to paint one over the picture that it is for. */
export function MaskBox({ field, picture }: Props) {
  const [isOpen, setOpen] = useState(false);
  const part = useModule(load, isOpen);
  const given = String(picture.raw.value);
  return (
    <>
      <button type="button" class="button mask-open" disabled={given === ""} onClick={() => setOpen(true)}>
        {say.form.paintMask}
      </button>
      {given === "" && <p class="field-about">{say.form.paintMaskFirst(picture.label)}</p>}
      {part === false && <p class="field-about">{say.app.notLoaded}</p>}
      {part && isOpen && <part.MaskPainter field={field} given={given} onClose={() => setOpen(false)} />}
    </>
  );
}
