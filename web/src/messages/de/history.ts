import type english from "../en/history";

export default {} satisfies typeof english;
