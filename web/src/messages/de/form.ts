import type english from "../en/form";

export default {} satisfies typeof english;
