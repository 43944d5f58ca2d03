import type { FormField } from "./values";

const MASK = /(^|_)mask(_image)?$/;
const PICTURES = ["image", "init_image", "input_image", "picture"];

/** The field of the picture that a mask in this field is for; null where it takes no mask. */
export function pictureFor(fields: readonly FormField[], { name, control }: FormField): FormField | null {
  if (!MASK.test(name) || control.kind !== "file" || control.multiple) return null;
  const takesOne = (field: FormField) => field.control.kind === "file" && !field.control.multiple;
  return fields.find((field) => PICTURES.includes(field.name) && takesOne(field)) ?? null;
}
