import type english from "../en/gallery";

export default {} satisfies typeof english;
