import type english from "../en/model";

export default {} satisfies typeof english;
