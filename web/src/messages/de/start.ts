/** The words of what is there from the start. */
export { default as app } from "./app";
export { default as form } from "./form";
export { default as gallery } from "./gallery";
export { default as model } from "./model";
export { default as prediction } from "./prediction";
export { default as problems } from "./problems";
export { default as session } from "./session";
export { default as ui } from "./ui";
